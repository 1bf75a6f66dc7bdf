// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Limits a test to the file backend, with the reason. Every other test runs with every backend. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnlyOnFiles.Condition.class)
@interface OnlyOnFiles {
    /** Before each reason, where a test is reported as skipped. */
    String PREFIX = "only on files: ";

    /** Why another backend need not pass it. */
    String because();

    /** Skips the test on other backends. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (Backend.NAME.equals("file")) {
                return ConditionEvaluationResult.enabled("on files");
            }
            return AnnotationSupport.findAnnotation(context.getElement(), OnlyOnFiles.class)
                    .map(only -> ConditionEvaluationResult.disabled(PREFIX + only.because()))
                    .orElseGet(() -> ConditionEvaluationResult.enabled("not annotated"));
        }
    }
}
