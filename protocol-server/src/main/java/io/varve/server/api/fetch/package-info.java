// SPDX-License-Identifier: Apache-2.0
/**
 * Handles Fetch: finds what a consumer asked for, within its sessions and limits, and waits while there is
 * too little.
 */
package io.varve.server.api.fetch;
