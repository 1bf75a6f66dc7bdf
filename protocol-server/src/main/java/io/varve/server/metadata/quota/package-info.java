// SPDX-License-Identifier: Apache-2.0
/** Checks and changes the quotas of users, clients and addresses. */
package io.varve.server.metadata.quota;
