// SPDX-License-Identifier: Apache-2.0
/**
 * Measures what clients use of their quotas, and says for how long a client that exceeds one is held back.
 */
package io.varve.server.quota;
