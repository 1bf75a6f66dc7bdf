// SPDX-License-Identifier: Apache-2.0
/**
 * Handles the APIs that describe and change settings of topics, brokers, loggers, groups and client metrics.
 */
package io.varve.server.api.config;
