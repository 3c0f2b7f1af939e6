"""An authority and certificates of its own, made by openssl."""

import subprocess


class Authority:
    def __init__(self, folder, name="ca"):
        self.folder, self.name = folder, name
        self.certificate = folder / f"{name}.crt"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt")
        (folder / f"{name}.index").write_text("")
        (folder / f"{name}.serial").write_text("01\n")
        (folder / f"{name}.cnf").write_text(
            f"[ca]\ndefault_ca=own\n[own]\ndatabase={name}.index\nserial={name}.serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n"
        )

    def _openssl(self, *words):
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    def issue(self, name, names="IP:127.0.0.1,DNS:localhost", begin="20250101000000Z", end="20500101000000Z"):
        """Makes `name`.crt and `name`.key (PKCS 8), and `name`.pem of both, as Kafka takes them."""
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        self._openssl(
            "ca", "-batch", "-notext", "-config", f"{self.name}.cnf", "-cert", f"{self.name}.crt", "-keyfile", f"{self.name}.key", "-in", f"{name}.csr",
            "-out", f"{name}.crt", "-startdate", begin, "-enddate", end, "-extfile", f"{name}.ext",
        )  # fmt: skip
        pem = self.folder / f"{name}.pem"
        pem.write_text((self.folder / f"{name}.key").read_text() + (self.folder / f"{name}.crt").read_text())
        return pem
