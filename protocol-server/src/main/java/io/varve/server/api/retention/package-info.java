// SPDX-License-Identifier: Apache-2.0
/** What of the logs is kept: deleting records, explaining retention, and how much room it takes. */
package io.varve.server.api.retention;
