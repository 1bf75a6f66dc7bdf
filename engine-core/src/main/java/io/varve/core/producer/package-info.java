// SPDX-License-Identifier: Apache-2.0
/** Idempotence state of a partition, rebuilt by replaying batch headers from a snapshot. */
package io.varve.core.producer;
