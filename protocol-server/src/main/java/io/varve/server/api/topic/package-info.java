// SPDX-License-Identifier: Apache-2.0
/** Handles the APIs that make, describe, enlarge and delete topics, and delete their records. */
package io.varve.server.api.topic;
