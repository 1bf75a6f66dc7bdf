// SPDX-License-Identifier: Apache-2.0
/**
 * Defines, checks and alters the settings of topics and brokers. Turns a topic's settings into its
 * partitions' configuration.
 */
package io.varve.server.metadata.config;
