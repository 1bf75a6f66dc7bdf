// SPDX-License-Identifier: Apache-2.0
/**
 * The server as users meet it: started by bin/kafka-server-start.sh, used by the clients and tools they have.
 */
package io.varve.server.e2e;
