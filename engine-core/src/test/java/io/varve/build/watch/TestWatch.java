// SPDX-License-Identifier: Apache-2.0
package io.varve.build.watch;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Ends the JVM of a test that goes on after its time-out, and fails tests that leave processes behind.
 * JUnit interrupts a test when its time is over, which ends neither {@code CompletableFuture.join} nor a read
 * from a pipe nor a loop; this extension then writes where every thread is, kills the children and halts.
 *
 * <p>Every test JVM of the build has it: JUnit finds it by {@code ServiceLoader}.
 */
public final class TestWatch implements InvocationInterceptor, BeforeAllCallback {
    private static final String TIMEOUT = "junit.jupiter.execution.timeout.";
    /** Setting of the seconds between JUnit's interrupt and the end of the JVM. */
    static final String GRACE = "varve.test.grace.seconds";

    private static final String DEFAULT_GRACE = "60";

    /** What tests share while their JVM lives, such as a server, is begun later, and closed before. */
    @Override
    public void beforeAll(ExtensionContext context) {
        context.getRoot()
                .getStore(ExtensionContext.Namespace.create(TestWatch.class))
                .computeIfAbsent(TestWatch.class, key -> Children.begin());
        Children.during(context.getRequiredTestClass().getName());
    }

    @Override
    public <T> T interceptTestClassConstructor(
            Invocation<T> invocation, ReflectiveInvocationContext<Constructor<T>> constructor, ExtensionContext context)
            throws Throwable {
        return watched(invocation, context, "lifecycle", Optional.of(context.getRequiredTestClass()));
    }

    @Override
    public void interceptBeforeAllMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watched(invocation, context, "lifecycle", Optional.of(method.getExecutable()));
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watched(invocation, context, "lifecycle", Optional.of(method.getExecutable()));
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watched(invocation, context, "testable", Optional.of(method.getExecutable()));
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watched(invocation, context, "testable", Optional.of(method.getExecutable()));
    }

    @Override
    public <T> T interceptTestFactoryMethod(
            Invocation<T> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        return watched(invocation, context, "testable", Optional.of(method.getExecutable()));
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> invocation, DynamicTestInvocationContext dynamic, ExtensionContext context)
            throws Throwable {
        watched(invocation, context, "testable", context.getTestMethod());
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watched(invocation, context, "lifecycle", Optional.of(method.getExecutable()));
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watched(invocation, context, "lifecycle", Optional.of(method.getExecutable()));
    }

    private static <T> T watched(
            Invocation<T> invocation,
            ExtensionContext context,
            String kind,
            Optional<? extends AnnotatedElement> element)
            throws Throwable {
        if (context.getConfigurationParameter(TIMEOUT + "mode")
                .filter("disabled"::equals)
                .isPresent()) {
            return invocation.proceed();
        }
        String name = context.getTestClass().map(Class::getName).orElse("") + ": " + context.getDisplayName();
        String grace = context.getConfigurationParameter(GRACE).orElse(DEFAULT_GRACE);
        Duration limit = limit(context, kind, element).plusSeconds(Long.parseLong(grace));
        JvmEnd.Watched watched = JvmEnd.after(limit, name);
        try {
            return invocation.proceed();
        } finally {
            watched.ended();
        }
    }

    /** As JUnit finds it: on the method, then on its class and those around that, then in the settings. */
    private static Duration limit(ExtensionContext context, String kind, Optional<? extends AnnotatedElement> element) {
        Optional<Timeout> own = element.map(method -> method.getAnnotation(Timeout.class));
        for (Class<?> in = context.getTestClass().orElse(null);
                in != null && own.isEmpty();
                in = in.getEnclosingClass()) {
            own = Optional.ofNullable(in.getAnnotation(Timeout.class));
        }
        return own.map(timeout -> Duration.of(timeout.value(), timeout.unit().toChronoUnit()))
                .orElseGet(() -> Duration.ofSeconds(
                        Long.parseLong(context.getConfigurationParameter(TIMEOUT + kind + ".method.default")
                                .orElseThrow()
                                .replace(" s", ""))));
    }
}
