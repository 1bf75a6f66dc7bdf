// SPDX-License-Identifier: Apache-2.0
package io.varve.test;

import io.varve.core.runtime.CloseSteps;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Starts and closes the brokers that {@link VarveBroker} asks for. JUnit makes it; it keeps its state in
 * JUnit's store, so that tests may run at the same time.
 */
public final class VarveExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(VarveExtension.class);
    private static final String OF_CLASS = "broker of the class";

    /** Made by JUnit. */
    public VarveExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) throws IllegalAccessException {
        Class<?> type = context.getRequiredTestClass();
        Optional<VarveBroker> wanted = AnnotationSupport.findAnnotation(type, VarveBroker.class);
        if (wanted.isPresent()) {
            // Nested classes find it, for a store asks the one around it.
            context.getStore(NAMESPACE).put(OF_CLASS, started(wanted.get(), context));
        }
        inject(type, null, field -> Modifier.isStatic(field.getModifiers()), context);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IllegalAccessException {
        for (Object test : context.getRequiredTestInstances().getAllInstances()) {
            inject(test.getClass(), test, field -> !Modifier.isStatic(field.getModifiers()), context);
        }
    }

    private static void inject(Class<?> type, Object test, Predicate<Field> which, ExtensionContext context)
            throws IllegalAccessException {
        Predicate<Field> annotated = field -> AnnotationSupport.isAnnotated(field, VarveBroker.class);
        for (Field field : ReflectionSupport.findFields(type, annotated.and(which), HierarchyTraversalMode.TOP_DOWN)) {
            requireKnown(field.getType(), field);
            field.setAccessible(true);
            VarveBroker wanted =
                    AnnotationSupport.findAnnotation(field, VarveBroker.class).orElseThrow();
            Varve varve = started(wanted, context);
            field.set(test, as(field.getType(), varve));
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.isAnnotated(VarveBroker.class)
                || parameter.getParameter().getType() == Varve.class
                        && context.getStore(NAMESPACE).get(OF_CLASS) != null;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        requireKnown(type, parameter.getParameter());
        return parameter
                .findAnnotation(VarveBroker.class)
                .map(wanted -> as(type, ofParameter(parameter, wanted, context)))
                .orElseGet(() -> context.getStore(NAMESPACE).get(OF_CLASS));
    }

    /** JUnit calls a constructor for each test, but in the context of the class. */
    private static Varve ofParameter(ParameterContext parameter, VarveBroker wanted, ExtensionContext context) {
        return parameter.getDeclaringExecutable() instanceof Constructor
                ? of(context)
                        .computeIfAbsent(
                                parameter.getParameter(), first -> setup(wanted).start())
                : started(wanted, context);
    }

    private static void requireKnown(Class<?> type, AnnotatedElement annotated) {
        if (type != Varve.class && type != String.class) {
            throw new ExtensionConfigurationException(
                    annotated + " is annotated with @VarveBroker, and must be a Varve or a String");
        }
    }

    private static Object as(Class<?> type, Varve varve) {
        return type == String.class ? varve.bootstrapServers() : varve;
    }

    private static Varve started(VarveBroker wanted, ExtensionContext context) {
        Varve varve = setup(wanted).start();
        of(context).put(varve, varve);
        return varve;
    }

    private static VarveSetup setup(VarveBroker wanted) {
        VarveSetup setup = Varve.inMemory();
        for (String pair : wanted.config()) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new ExtensionConfigurationException("@VarveBroker: config \"" + pair + "\" must be key=value");
            }
            setup.config(pair.substring(0, equals), pair.substring(equals + 1));
        }
        for (String topic : wanted.topics()) {
            String[] parts = topic.split(":", 2);
            setup.topic(parts[0], parts.length == 1 ? 1 : partitions(topic, parts[1]));
        }
        return setup;
    }

    private static int partitions(String topic, String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new ExtensionConfigurationException(
                    "@VarveBroker: topic \"" + topic + "\" must be name or name:partitions", e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close(context);
    }

    private static void close(ExtensionContext context) {
        CloseSteps.run(of(context).values().stream()
                .<Runnable>map(varve -> varve::close)
                .toList());
    }

    /**
     * Finds the brokers of this context only: a store without a key asks the store around it. The call has
     * another name since JUnit 6, under which older ones do not know it.
     */
    @SuppressWarnings("deprecation")
    private static Brokers of(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(context.getUniqueId(), id -> new Brokers(), Brokers.class);
    }

    /** Holds the brokers that one context started, each under what it was started for. */
    private static final class Brokers extends ConcurrentHashMap<Object, Varve> {
        private static final long serialVersionUID = 1L;
    }
}
