package import Logging
import Store
package import Transport

/// What a relay spends on the devices that use it.
package struct RelayLimits: Sendable {
    /// Connections at the same time.
    package var connections = 1_024
    /// Mailboxes of one device: spaces to which it belongs.
    package var spacesPerDevice = 1_024
    /// Headers and sealed bodies of one space, in bytes.
    package var bytesPerSpace = 256 * 1_024 * 1_024
    /// Attachments of one space, in bytes.
    package var blobBytesPerSpace = 4 * 1_024 * 1_024 * 1_024
    /// Spaces that none of their members has sent yet.
    package var unvouchedSpaces = 256

    package init() {}

    var store: StoreLimits {
        StoreLimits(
            spacesPerDevice: spacesPerDevice, bytesPerSpace: bytesPerSpace, blobBytesPerSpace: blobBytesPerSpace,
            unvouchedSpaces: unvouchedSpaces)
    }

    var transport: TransportLimits {
        var limits = TransportLimits.standard
        limits.connections = connections
        return limits
    }
}

/// How a relay is run.
package struct RelayConfiguration: Sendable {
    package var listen: Endpoint
    /// The SQLite file; beside it lies the key by which clients know the relay.
    package var storePath: String
    package var limits = RelayLimits()
    package var logger: Logger
    /// Sees all frames, inside TLS; for tests.
    package var tap: FrameTap?

    package init(listen: Endpoint, storePath: String, logger: Logger) {
        self.listen = listen
        self.storePath = storePath
        self.logger = logger
    }
}

extension RelayConfiguration {
    /// Reads where to listen from `host:port`; throws a `RelayError` that says what is wrong with it.
    package init(listeningOn text: String, storePath: String, logger: Logger) throws(RelayError) {
        do {
            self.init(listen: try Endpoint(parsing: text), storePath: storePath, logger: logger)
        } catch { throw RelayError(.badEndpoint, error.description) }
    }
}
