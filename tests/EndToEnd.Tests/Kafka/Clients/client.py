"""kafka-python (Debian's python3-kafka): client.py BOOTSTRAP [OPERATION...], or operations from standard input, a line each.
Every operation answers with one line of JSON. Clients stay open between operations of the same kind and options."""
import json
import sys
import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, KafkaTimeoutError

BOOTSTRAP = sys.argv[1]
LIMIT = 30
kept = {}


def keep(key, make):
    if key not in kept:
        kept[key] = make()
    return kept[key]


def producer(options):
    wanted = {"acks": {"0": 0, "1": 1}.get(options.get("acks"), "all"), "compression_type": options.get("compression")}
    return keep(("producer", str(options)), lambda: KafkaProducer(
        bootstrap_servers=BOOTSTRAP, client_id=options.get("client", "kafka-python"), retries=0, linger_ms=0,
        api_version_auto_timeout_ms=20000, max_block_ms=LIMIT * 1000, request_timeout_ms=LIMIT * 1000, **wanted))


def produce(topic, count, **options):
    client = producer({k: v for k, v in options.items() if k != "known"})
    if "known" in options:
        client.partitions_for(options["known"])
    sent = [client.send(topic, f"{topic}-{i}".encode()) for i in range(int(count))]
    for one in sent:
        one.get(LIMIT)
    return {"count": len(sent)}


def consume(topic, count, **options):
    group = options.get("group")
    common = {"bootstrap_servers": BOOTSTRAP, "client_id": options.get("client", "kafka-python"), "auto_offset_reset": "earliest",
              "enable_auto_commit": False,
              "api_version_auto_timeout_ms": 20000, "metadata_max_age_ms": 1000}
    if group:
        consumer = KafkaConsumer(topic, group_id=group, heartbeat_interval_ms=300, session_timeout_ms=6000, **common)
    else:
        consumer = KafkaConsumer(group_id=None, **common)
        partitions = consumer.partitions_for_topic(topic)
        if partitions is None:
            # The client says no more than that; what the broker said of the topic is in its metadata.
            denied = topic in consumer._client.cluster.unauthorized_topics
            from kafka.errors import TopicAuthorizationFailedError, UnknownTopicOrPartitionError
            consumer.close(autocommit=False)
            raise TopicAuthorizationFailedError(topic) if denied else UnknownTopicOrPartitionError(topic)
        consumer.assign([TopicPartition(topic, p) for p in partitions])
    values = []
    until = time.monotonic() + float(options.get("timeout", LIMIT))
    try:
        while len(values) < int(count):
            if time.monotonic() > until:
                raise KafkaTimeoutError(f"{len(values)} of {count} records")
            for records in consumer.poll(timeout_ms=200).values():
                values += [r.value.decode() for r in records]
        if group:
            consumer.commit()
    finally:
        consumer.close(autocommit=False)
    return {"count": len(values), "values": sorted(values)}


def admin():
    return keep("admin", lambda: KafkaAdminClient(bootstrap_servers=BOOTSTRAP, client_id="kafka-python", api_version_auto_timeout_ms=20000,
                                                  request_timeout_ms=int(LIMIT * 1000)))


def topics():
    # The admin client asks with a list; a consumer without subscription asks for all.
    consumer = KafkaConsumer(bootstrap_servers=BOOTSTRAP, client_id="kafka-python", api_version_auto_timeout_ms=20000)
    try:
        return {"values": sorted(consumer.topics())}
    finally:
        consumer.close(autocommit=False)


def create(topic):
    admin().create_topics([NewTopic(topic, 1, 1)])
    return {}


def delete(topic):
    admin().delete_topics([topic])
    return {}


def configs(topic):
    answers = admin().describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    from kafka.errors import for_code
    for answer in answers:
        for code, text, _, name, found in answer.resources:
            if code:
                raise for_code(code)(text)
    return {"values": sorted(entry[0] for answer in answers for resource in answer.resources for entry in resource[4])}


def groups():
    return {"values": sorted(name for name, _ in admin().list_consumer_groups())}


OPERATIONS = {f.__name__: f for f in (produce, consume, topics, create, delete, configs, groups)}


def run(words):
    started = time.monotonic()
    plain = [w for w in words[1:] if "=" not in w]
    options = dict(w.split("=", 1) for w in words[1:] if "=" in w)
    try:
        answer = {"ok": True, **OPERATIONS[words[0]](*plain, **options)}
    except (KafkaError, ValueError) as error:
        # The client's own name for it, and Kafka's number. ValueError is what it makes of a connection that ends while it asks for
        # versions.
        answer = {"ok": False, "error": type(error).__name__, "code": getattr(error, "errno", None) or 0, "detail": str(error)}
    answer["ms"] = round((time.monotonic() - started) * 1000)
    print(json.dumps(answer), flush=True)


if len(sys.argv) > 2:
    run(sys.argv[2:])
else:
    for line in sys.stdin:
        run(line.split())
