// SPDX-License-Identifier: Apache-2.0
/** Handles the APIs that describe and change the quotas of users, clients and addresses. */
package io.varve.server.api.quota;
