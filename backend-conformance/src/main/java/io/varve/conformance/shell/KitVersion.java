// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import picocli.CommandLine.IVersionProvider;

/** Says which version of the kit this is. */
final class KitVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = KitVersion.class.getPackage().getImplementationVersion(); // from the jar's manifest
        return new String[] {"Varve conformance kit " + (version == null ? "(not from a jar)" : version)};
    }
}
