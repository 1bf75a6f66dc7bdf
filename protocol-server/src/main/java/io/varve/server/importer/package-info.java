// SPDX-License-Identifier: Apache-2.0
/**
 * Imports the topics in the log directories of a stopped Apache Kafka: reads there, and writes through the
 * engine.
 */
package io.varve.server.importer;
