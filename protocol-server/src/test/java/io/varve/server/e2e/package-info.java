// SPDX-License-Identifier: Apache-2.0
/**
 * Tests the server as users run it: started by bin/kafka-server-start.sh, with the usual clients and tools.
 */
package io.varve.server.e2e;
