// SPDX-License-Identifier: Apache-2.0
/**
 * Reads, checks and writes Kafka v2 record batches over bytes: header, validator, iterator, builder, codecs.
 */
package io.varve.core.record;
