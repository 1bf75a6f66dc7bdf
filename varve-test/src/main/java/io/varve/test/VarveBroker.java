// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Has JUnit start a broker in memory before the tests that need it, and stop it after them. What is annotated
 * says for how long:
 *
 * <ul>
 *   <li>a class: one broker for all its tests, those of nested classes included. Parameters of type
 *       {@link Varve}, without an annotation, get it;
 *   <li>a static field: one for the tests of its class;
 *   <li>a field that is not static: one for each test;
 *   <li>a parameter: one for the test, or for the class where it is a parameter of its constructor or of a
 *       {@code @BeforeAll} method.
 * </ul>
 *
 * <p>Fields and parameters are a {@link Varve}, or a {@code String}, which gets the address for
 * {@code bootstrap.servers}:
 *
 * <pre>{@code
 * @VarveBroker(topics = {"orders:3", "payments"})
 * class OrdersTest {
 *     @Test
 *     void countsOrders(Varve varve) { ... varve.bootstrapServers() ... }
 * }
 * }</pre>
 *
 * <p>Works with JUnit 5.10 and newer.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.FIELD, ElementType.PARAMETER})
@ExtendWith(VarveExtension.class)
public @interface VarveBroker {
    /** @return topics to create: {@code name}, with one partition, or {@code name:partitions} */
    String[] topics() default {};

    /** @return settings of the broker, {@code key=value} each, by the keys of {@code server.properties} */
    String[] config() default {};
}
