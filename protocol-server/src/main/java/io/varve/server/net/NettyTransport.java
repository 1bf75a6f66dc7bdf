// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** Lists Netty's implementations of sockets, and chooses the best available one. */
public enum NettyTransport {
    /** Linux's epoll, by native code. */
    EPOLL(EpollServerSocketChannel.class) {
        @Override
        public IoHandlerFactory handlers() {
            return EpollIoHandler.newFactory();
        }
    },
    /** The JDK's selectors, available everywhere. */
    NIO(NioServerSocketChannel.class) {
        @Override
        public IoHandlerFactory handlers() {
            return NioIoHandler.newFactory();
        }
    };

    private final Class<? extends ServerChannel> serverChannel;

    NettyTransport(Class<? extends ServerChannel> serverChannel) {
        this.serverChannel = serverChannel;
    }

    /** @return makes the selector of each event loop */
    public abstract IoHandlerFactory handlers();

    /** @return the type of a listening socket */
    public Class<? extends ServerChannel> serverChannel() {
        return serverChannel;
    }

    /** @return the best transport this machine supports */
    public static NettyTransport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }
}
