// SPDX-License-Identifier: Apache-2.0
/** Reads the metadata of a stopped Apache Kafka (KRaft), and imports its topics. */
package io.varve.server.metadata.kraft;
