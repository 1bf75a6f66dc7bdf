// SPDX-License-Identifier: Apache-2.0
/** Decides what clients may do: the one seam that handlers ask, and Kafka's authorizer behind it. */
package io.varve.server.security.access;
