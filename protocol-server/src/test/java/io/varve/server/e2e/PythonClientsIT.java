// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs the Python clients, each by a script that covers its usual calls. */
@ExtendWith(SharedServer.class)
class PythonClientsIT {
    private static final String SCRIPTS = "protocol-server/src/test/python/";

    @Test
    void kafkaPython2(Server server) {
        assertThat(run(server, RequiredClients.systemPython("kafka"), "kafka_python.py"))
                .contains("with kafka-python 2.0.2");
    }

    @Test
    void kafkaPython3(Server server) {
        assertThat(run(server, RequiredClients.clientsPython("kafka"), "kafka_python.py"))
                .contains("with kafka-python 3.");
    }

    @Test
    void confluentKafka(Server server) {
        assertThat(run(server, RequiredClients.clientsPython("confluent_kafka"), "confluent.py"))
                .contains("passed: admin");
    }

    @Test
    void kafkaPython2Administers(Broker broker) {
        assertThat(run(broker, RequiredClients.systemPython("kafka"), "kafka_python_admin.py"))
                .contains("passed: credentials with kafka-python 2.0.2");
    }

    @Test
    void kafkaPython3Administers(Broker broker) {
        assertThat(run(broker, RequiredClients.clientsPython("kafka"), "kafka_python_admin.py"))
                .contains("passed: credentials with kafka-python 3.");
    }

    @Test
    void confluentKafkaAdministers(Broker broker) {
        assertThat(run(broker, RequiredClients.clientsPython("confluent_kafka"), "confluent_admin.py"))
                .contains("passed: settings");
    }

    @Test
    void kafkaPythonsTransactions(Broker broker) {
        assertThat(run(broker, RequiredClients.clientsPython("kafka"), "kafka_python_transactions.py"))
                .contains("passed: a_second_producer_fences_the_first with kafka-python 3.");
    }

    @Test
    void confluentKafkasTransactions(Broker broker) {
        assertThat(run(broker, RequiredClients.clientsPython("confluent_kafka"), "confluent_transactions.py"))
                .contains("passed: a_second_producer_fences_the_first");
    }

    private static String run(Broker server, String python, String script) {
        try (ChildProcess client = ChildProcess.start(
                python, SCRIPTS + script, server.bootstrap(), Long.toString(System.nanoTime(), 36))) {
            return client.succeed();
        }
    }
}
