# SPDX-License-Identifier: Apache-2.0
"""confluent-kafka's administration client against the server at argv[1]; argv[2] makes names differ between runs."""
import sys

import confluent_kafka
from confluent_kafka import ElectionType, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (AclBinding, AclBindingFilter, AclOperation, AclPermissionType, AdminClient,
                                   AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourcePatternType,
                                   ResourceType, ScramCredentialInfo, ScramMechanism, UserScramCredentialDeletion,
                                   UserScramCredentialUpsertion)

servers, run = sys.argv[1], sys.argv[2]
topic = 'c-admin-' + run
client = AdminClient({'bootstrap.servers': servers})


def code_of(future):
    try:
        future.result(120)
    except KafkaException as e:
        return e.args[0].code()
    return KafkaError.NO_ERROR


def access_control_without_an_authorizer():
    everything = AclBindingFilter(ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY,
                                  AclPermissionType.ANY)
    one = AclBinding(ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, 'User:a', '*', AclOperation.READ,
                     AclPermissionType.ALLOW)
    assert client.describe_acls(everything).result(120) == []  # librdkafka passes over the error
    assert code_of(client.create_acls([one])[one]) == KafkaError.SECURITY_DISABLED
    assert code_of(client.delete_acls([everything])[everything]) == KafkaError.SECURITY_DISABLED


def elections():
    elected = client.elect_leaders(ElectionType.PREFERRED, [TopicPartition(topic, 0), TopicPartition(topic, 7)])
    outcomes = {partition.partition: error for partition, error in elected.result(120).items()}
    assert outcomes[0].code() == KafkaError.ELECTION_NOT_NEEDED, outcomes
    assert outcomes[7].code() == KafkaError.UNKNOWN_TOPIC_OR_PART, outcomes


def credentials():
    user = 'user-' + run
    stored = UserScramCredentialUpsertion(user, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 5000), b'secret')
    client.alter_user_scram_credentials([stored])[user].result(120)
    described = client.describe_user_scram_credentials([user])[user].result(120)
    assert [(info.mechanism, info.iterations) for info in described.scram_credential_infos] == [
        (ScramMechanism.SCRAM_SHA_256, 5000)], described
    deletion = UserScramCredentialDeletion(user, ScramMechanism.SCRAM_SHA_256)
    client.alter_user_scram_credentials([deletion])[user].result(120)
    assert code_of(client.describe_user_scram_credentials([user])[user]) == KafkaError.RESOURCE_NOT_FOUND


def settings():
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[
        ConfigEntry('retention.ms', '5000', incremental_operation=AlterConfigOpType.SET)])
    client.incremental_alter_configs([resource])[resource].result(120)
    described = client.describe_configs([resource])[resource].result(120)
    assert described['retention.ms'].value == '5000', described['retention.ms']


client.create_topics([NewTopic(topic, num_partitions=2)])[topic].result(120)
for check in (access_control_without_an_authorizer, elections, credentials, settings):
    check()
    print('passed:', check.__name__, 'with confluent-kafka', confluent_kafka.__version__, flush=True)
client.delete_topics([topic])[topic].result(120)
