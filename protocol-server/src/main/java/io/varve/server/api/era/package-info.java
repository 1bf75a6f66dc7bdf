// SPDX-License-Identifier: Apache-2.0
/**
 * Serves the request versions and the message formats that Kafka 4 has given up (KIP-896, KIP-724). An old
 * request becomes one of the lowest version that Kafka 4 knows before a handler sees it, and the answer
 * becomes one of the old version after that. Nothing outside of this package knows the old ones.
 */
package io.varve.server.api.era;
