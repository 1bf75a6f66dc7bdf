// SPDX-License-Identifier: Apache-2.0
/** Kafka v2 record batches over bytes: header view, validation, record iterator and builder, codecs. */
package io.varve.core.record;
