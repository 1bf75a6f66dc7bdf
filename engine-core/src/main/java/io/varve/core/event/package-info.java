// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps a state, such as the server's own, as a log of events: commands decide events, events are logged,
 * logged events change the state.
 */
package io.varve.core.event;
