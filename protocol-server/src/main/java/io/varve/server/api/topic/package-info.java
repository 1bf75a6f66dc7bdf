// SPDX-License-Identifier: Apache-2.0
/** Handlers of the APIs about topics, configurations and the cluster. */
package io.varve.server.api.topic;
