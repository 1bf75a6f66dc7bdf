// SPDX-License-Identifier: Apache-2.0
/** Takes over what a stopped Apache Kafka keeps in its log directories; reads there, and writes through the engine. */
package io.varve.server.importer;
