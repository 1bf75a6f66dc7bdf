// SPDX-License-Identifier: Apache-2.0
/**
 * Decides which segments of a partition are deleted and when, and says why the others stay. One policy
 * without side effects serves deletions, explanations and dry runs.
 */
package io.varve.core.retention;
