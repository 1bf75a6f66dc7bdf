// SPDX-License-Identifier: Apache-2.0
/** Event sourcing for the server's own state: commands decide events, events are logged, logged events change the state. */
package io.varve.core.event;
