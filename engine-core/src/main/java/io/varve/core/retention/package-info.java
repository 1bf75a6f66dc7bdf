// SPDX-License-Identifier: Apache-2.0
/**
 * What of a partition is to be deleted, when, and why the rest stays: pure policy, used alike to delete, to
 * explain and to try out.
 */
package io.varve.core.retention;
