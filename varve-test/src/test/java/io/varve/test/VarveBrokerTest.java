// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.ConnectException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs classes of tests that ask for brokers, in an engine of JUnit's of their own. */
class VarveBrokerTest {
    /** What the tests of one run were given, in the order of the tests. */
    private static final List<String> GIVEN = new ArrayList<>();

    @BeforeEach
    void forget() {
        GIVEN.clear();
    }

    @VarveBroker(topics = {"orders:3", "payments"})
    static class OfAClass {
        @Test
        void one(Varve varve) throws Exception {
            Messages.send(varve.bootstrapServers(), "payments", "one");
            GIVEN.add(varve.bootstrapServers());
        }

        @Test
        void two(Varve varve) {
            GIVEN.add(varve.bootstrapServers());
        }

        @Nested
        class Inner {
            @Test
            void three(Varve varve) {
                GIVEN.add(varve.bootstrapServers());
            }
        }
    }

    @Test
    void aClassHasOneBrokerForAllItsTests() {
        run(OfAClass.class).assertStatistics(tests -> tests.succeeded(3));

        assertThat(GIVEN).hasSize(3);
        assertThat(GIVEN.stream().distinct()).hasSize(1);
        assertStopped(GIVEN.get(0));
    }

    static class OfFields {
        @VarveBroker
        static Varve shared;

        @VarveBroker(topics = "orders")
        private String own;

        @AfterEach
        void note() {
            GIVEN.add(shared.bootstrapServers());
            GIVEN.add(own);
        }

        @Test
        void one() throws Exception {
            Messages.send(own, "orders", "one");
        }

        @Test
        void two() throws Exception {
            Messages.send(own, "orders", "one");
            assertThat(Messages.read(own, "orders", "group", 1)).containsExactly("one");
        }
    }

    @Test
    void aStaticFieldIsForTheClassAndAnotherForOneTest() {
        run(OfFields.class).assertStatistics(tests -> tests.succeeded(2));

        assertThat(GIVEN).hasSize(4);
        assertThat(GIVEN.get(0)).isEqualTo(GIVEN.get(2));
        assertThat(GIVEN.stream().distinct()).hasSize(3);
        GIVEN.forEach(VarveBrokerTest::assertStopped);
    }

    @Retention(RetentionPolicy.RUNTIME)
    @VarveBroker(topics = "orders:3")
    @interface OrdersBroker {}

    @OrdersBroker
    static class OfAnAnnotation {
        @OrdersBroker
        private Varve field;

        @Test
        void one(Varve ofClass, @OrdersBroker Varve parameter) {
            for (Varve varve : List.of(ofClass, field, parameter)) {
                GIVEN.add(varve.bootstrapServers());
            }
        }
    }

    @Test
    void anAnnotationMayStandForIt() {
        run(OfAnAnnotation.class).assertStatistics(tests -> tests.succeeded(1));

        assertThat(GIVEN).hasSize(3).doesNotHaveDuplicates();
        GIVEN.forEach(VarveBrokerTest::assertStopped);
    }

    static class OfParameters {
        @BeforeAll
        static void before(@VarveBroker Varve varve) {
            GIVEN.add(varve.bootstrapServers());
        }

        @Test
        void one(@VarveBroker String first, @VarveBroker(config = "num.partitions=2") Varve second) throws Exception {
            assertRuns(GIVEN.get(0));
            Messages.send(first, "created-when-named", "one");
            GIVEN.addAll(List.of(first, second.bootstrapServers()));
        }
    }

    @Test
    void aParameterIsForTheTest() {
        run(OfParameters.class).assertStatistics(tests -> tests.succeeded(1));

        assertThat(GIVEN).hasSize(3).doesNotHaveDuplicates();
        GIVEN.forEach(VarveBrokerTest::assertStopped);
    }

    static class OfAConstructor {
        private final String address;

        OfAConstructor(@VarveBroker String address) {
            this.address = address;
        }

        @Test
        void one() {
            GIVEN.add(address);
        }

        @Test
        void two() {
            GIVEN.add(address);
        }
    }

    @Test
    void aParameterOfAConstructorIsForTheClass() {
        run(OfAConstructor.class).assertStatistics(tests -> tests.succeeded(2));

        assertThat(GIVEN).hasSize(2);
        assertThat(GIVEN.get(0)).isEqualTo(GIVEN.get(1));
        assertStopped(GIVEN.get(0));
    }

    static class OfTheWrongType {
        @VarveBroker
        Integer port;

        @Test
        void never() {}
    }

    static class WithAWrongTopic {
        @Test
        void never(@VarveBroker(topics = "orders:many") Varve varve) {}
    }

    @Test
    void aMistakeFailsTheTestAndIsNamed() {
        run(OfTheWrongType.class)
                .assertThatEvents()
                .haveExactly(1, finishedWithFailure(message(text -> text.contains("must be a Varve or a String"))));
        run(WithAWrongTopic.class)
                .assertThatEvents()
                .haveExactly(1, finishedWithFailure(message(text -> text.contains("orders:many"))));
    }

    private static Events run(Class<?> type) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(type))
                .execute()
                .testEvents();
    }

    private static void assertStopped(String address) {
        assertThrows(ConnectException.class, () -> assertRuns(address));
    }

    private static void assertRuns(String address) throws IOException {
        String[] parts = address.split(":");
        new Socket(parts[0], Integer.parseInt(parts[1])).close();
    }
}
