// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.feature;

import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;

/**
 * A wanted level of a feature.
 *
 * @param name the feature's name, any string
 * @param level the level, any value; 0 ends the use of the feature
 * @param direction whether the level may rise, or fall without or with loss of metadata
 */
public record FeatureChange(String name, short level, UpgradeType direction) {}
