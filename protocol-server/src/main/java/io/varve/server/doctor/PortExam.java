// SPDX-License-Identifier: Apache-2.0
package io.varve.server.doctor;

import io.varve.server.cluster.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Looks at the addresses that a server listens on, and at those that it tells its clients. */
final class PortExam {
    private static final int CONNECT_MS = 3_000;
    private static final int PRIVILEGED = 1024;

    private final List<Endpoint> bound;
    private final List<Endpoint> advertised;
    private final boolean running;
    private final PortHolders holders;

    /**
     * @param bound what the server listens on, HTTP included
     * @param advertised what clients are told
     * @param running whether a server uses the data directories now
     * @param holders finds who has a port
     */
    PortExam(List<Endpoint> bound, List<Endpoint> advertised, boolean running, PortHolders holders) {
        this.holders = holders;
        this.bound = List.copyOf(bound);
        this.advertised = List.copyOf(advertised);
        this.running = running;
    }

    List<Finding> examine() {
        List<Finding> found = new ArrayList<>();
        bound.stream().filter(endpoint -> endpoint.port() > 0).forEach(endpoint -> found.add(examine(endpoint)));
        advertised.stream().filter(endpoint -> endpoint.port() > 0).forEach(endpoint -> found.add(reach(endpoint)));
        return found;
    }

    private Finding examine(Endpoint endpoint) {
        InetSocketAddress address;
        try {
            address = endpoint.host().isEmpty()
                    ? new InetSocketAddress(endpoint.port())
                    : new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port());
        } catch (UnknownHostException e) {
            return Finding.problem(
                    endpoint + ": the host '" + endpoint.host() + "' is not known",
                    "Name an address of this machine in listeners, or none for all of them.");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
        } catch (IOException e) {
            return refused(endpoint, address, e);
        }
        return running
                ? Finding.note(
                        endpoint + " is free, although a server uses the data directories",
                        "It was started with other settings, is still starting, or has stopped to listen: look at its log.")
                : Finding.ok(endpoint + " is free");
    }

    private Finding refused(Endpoint endpoint, InetSocketAddress address, IOException why) {
        if (running) {
            return Finding.ok(endpoint + " is taken, by the server that runs");
        }
        if (endpoint.port() < PRIVILEGED && String.valueOf(why.getMessage()).contains("ermission")) {
            return Finding.problem(
                    endpoint + " may not be used by this user",
                    "Ports below " + PRIVILEGED + " are for root: choose a higher one in listeners.");
        }
        List<String> found = holders.of(address.getAddress(), endpoint.port());
        if (!found.isEmpty()) {
            return Finding.problem(
                    endpoint + " cannot be listened on: " + String.join(" and ", found) + " has it",
                    "Stop that (ps -fp shows what it is), or change listeners.");
        }
        return Finding.problem(
                endpoint + " cannot be listened on: " + why.getMessage(),
                "Another process has it (ss -ltnp names it), or it is no address of this machine. Stop that, or change listeners.");
    }

    private Finding reach(Endpoint endpoint) {
        String told = "clients are told to connect to " + endpoint.address();
        InetAddress address;
        try {
            address = InetAddress.getByName(endpoint.host());
        } catch (UnknownHostException e) {
            return Finding.problem(
                    told + ", and '" + endpoint.host() + "' is not known here",
                    "Set advertised.listeners to a name or address that clients can reach.");
        }
        if (!running) {
            return Finding.ok(told);
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, endpoint.port()), CONNECT_MS);
            return Finding.ok(told + ", which answers");
        } catch (IOException e) {
            return Finding.problem(
                    told + ", which does not answer from here: " + e.getMessage(),
                    "Clients connect once and then fail. Set advertised.listeners to what they can reach, or open the firewall.");
        }
    }
}
