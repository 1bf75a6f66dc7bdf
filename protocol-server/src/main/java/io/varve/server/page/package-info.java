// SPDX-License-Identifier: Apache-2.0
/**
 * The page that shows what a server holds and does, and the JSON behind it. Every answer is asked of the
 * server's own handlers, in the name of who asks: what Kafka's protocol would refuse, the page refuses.
 */
package io.varve.server.page;
