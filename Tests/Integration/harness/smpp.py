"""A site whose workers speak SMPP."""

from .simulator import Simulator


def by_smpp(site, port, password):
    """Makes the topic of receipts, and has the site's workers go to the message centre at this port."""
    site.receipts = f"{site.requests}.receipts"
    site.create(site._topic(site.receipts, 1, {"message.timestamp.type": "LogAppendTime"}))
    over_http = site.settings

    def settings(*arguments, **more):
        return over_http(
            *arguments,
            **{
                "PROVIDER_TRANSPORT": "smpp", "SMPP_HOST": "127.0.0.1", "SMPP_PORT": port, "SMPP_TLS": "false",
                "SMPP_SYSTEM_ID": Simulator.USERNAME, "SMPP_PASSWORD": password, "SMPP_RESPONSE_TIMEOUT": "2s", "TOPICS_RECEIPTS": site.receipts,
                "ROCKETSMS_BASE_URL": None, "ROCKETSMS_USERNAME": None, "ROCKETSMS_PASSWORD": None, "TRACK_CADENCE": None, **more,
            },
        )  # fmt: skip

    site.settings = settings
    return site
