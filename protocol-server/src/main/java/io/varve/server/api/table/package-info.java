// SPDX-License-Identifier: Apache-2.0
/**
 * Lists the APIs of Kafka's protocol in one table, and dispatches each request to the handler that the table
 * names.
 */
package io.varve.server.api.table;
