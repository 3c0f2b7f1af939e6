"""Who owns which partition, asked all the time, a JSON line for each answer: python -m Chaos.owners BROKERS GROUP

A process of its own: a broker that dies under such a question can abort whoever has asked it (librdkafka's issue 4605).
"""

import json
import sys
import time

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient


def main():
    bootstrap, group = sys.argv[1:]
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    while True:
        try:
            found = admin.describe_consumer_groups([group], request_timeout=5)[group].result(6)
            owned = {place.partition: member.client_id for member in found.members for place in member.assignment.topic_partitions}
            print(json.dumps([time.time(), owned]), flush=True)
        except KafkaException:
            pass
        time.sleep(0.7)


if __name__ == "__main__":
    main()
