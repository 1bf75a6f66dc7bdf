# SPDX-License-Identifier: Apache-2.0
"""kafka-python's administration client, 2.0.2 and 3.x, against the server at argv[1]; argv[2] differs between runs."""
import sys

import kafka
from kafka.admin import (ACL, ACLFilter, ACLOperation, ACLPermissionType, ACLResourcePatternType, KafkaAdminClient,
                         NewTopic, ResourcePattern, ResourcePatternFilter, ResourceType)
from kafka.errors import SecurityDisabledError

servers, run = sys.argv[1], sys.argv[2]
topic = 'py-admin-' + run
old = kafka.__version__.startswith('2.')
admin = KafkaAdminClient(bootstrap_servers=servers)


def access_control_without_an_authorizer():
    everything = ACLFilter(principal=None, host=None, operation=ACLOperation.ANY,
                           permission_type=ACLPermissionType.ANY,
                           resource_pattern=ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY))
    one = ACL('User:a', '*', ACLOperation.READ, ACLPermissionType.ALLOW, ResourcePattern(ResourceType.TOPIC, topic))
    described = refusal(lambda: admin.describe_acls(everything))
    assert described is None or described is SecurityDisabledError, described
    created = admin.create_acls([one])
    assert not created['succeeded'] and created['failed'], created
    deleted = refusal(lambda: admin.delete_acls([everything]))
    assert deleted is None or deleted is SecurityDisabledError, deleted


def refusal(call):
    try:
        answer = call()
    except Exception as e:
        return type(e)
    found = answer[1] if isinstance(answer, tuple) else None
    return found if isinstance(found, type) else None


def calls_of_a_single_node():
    if old:
        return
    assert '__cluster_metadata' in str(admin.describe_metadata_quorum()), admin.describe_metadata_quorum()
    assert admin.list_partition_reassignments() in ({}, []), admin.list_partition_reassignments()
    features = admin.describe_features()
    assert 'transaction.version' in str(features), features
    assert topic in str(admin.list_config_resources()), admin.list_config_resources()
    assert topic in str(admin.describe_topic_partitions([topic])), admin.describe_topic_partitions([topic])


def credentials():
    if old:
        return
    assert admin.describe_user_scram_credentials() is not None


admin.create_topics([NewTopic(topic, num_partitions=2, replication_factor=1)])
for check in (access_control_without_an_authorizer, calls_of_a_single_node, credentials):
    check()
    print('passed:', check.__name__, 'with kafka-python', kafka.__version__, flush=True)
admin.delete_topics([topic])
admin.close()
