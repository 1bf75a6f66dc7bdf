// SPDX-License-Identifier: Apache-2.0
/**
 * What a Kafka API is to this server: one handler class each, one table of key, handler and version range.
 */
package io.varve.server.api;
