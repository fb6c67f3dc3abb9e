package import GRDB

/// Numbered migrations of one part of a database file; the numbers are kept in the table `meta`.
package struct Schema: Sendable {
    /// Under this name the version is kept.
    package let part: String
    /// The SQL that leads from each version to the next.
    package let migrations: [String]

    package init(part: String, migrations: [String]) {
        self.part = part
        self.migrations = migrations
    }

    private var key: String { "schema/\(part)" }

    /// The version of the file; 0 before the first migration.
    package func version(_ db: Database) throws -> Int {
        guard try db.tableExists("meta") else { return 0 }
        return try Int.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key]) ?? 0
    }

    /// Why a file made by a newer program is read but not written by this one; nil if it is not newer.
    func refusalIfNewer(_ db: Database) throws -> StoreError? {
        let version = try version(db)
        guard version > migrations.count else { return nil }
        return StoreError(
            .newerSchema,
            "This file was written by a newer version (\(part) schema \(version), this program knows \(migrations.count)). "
                + "It can be read but not changed; upgrade this program.")
    }

    /// Brings the file up to date, in the transaction that is open.
    package func migrate(_ db: Database) throws {
        for (index, sql) in migrations.enumerated().dropFirst(try version(db)) {
            try db.execute(sql: sql)
            try db.execute(
                sql: "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                arguments: [key, index + 1])
        }
    }

    /// Changes, control logs and attachments: what everything else in the file is derived from.
    package static let store = Schema(
        part: "store",
        migrations: [
            """
            CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

            -- Local numbers stand for 32-byte ids wherever a row names one, so that keys stay short and in order of arrival.
            CREATE TABLE space (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE,
                bytes INTEGER NOT NULL DEFAULT 0,       -- of headers and bodies
                is_vouched INTEGER NOT NULL DEFAULT 0   -- 1 once somebody on its roster has sent to it
            ) STRICT;
            CREATE TABLE log (
                number INTEGER PRIMARY KEY,
                space INTEGER NOT NULL REFERENCES space,
                device BLOB NOT NULL,
                UNIQUE (space, device)
            ) STRICT;

            -- The changes themselves, exactly as signed. Only a signature may be learned later; a fork changes `log` and `past`.
            CREATE TABLE change (
                arrival INTEGER PRIMARY KEY,            -- order of arrival, which is a causal order
                space INTEGER NOT NULL REFERENCES space,
                log INTEGER NOT NULL REFERENCES log,
                seq INTEGER NOT NULL,
                id BLOB NOT NULL,
                lamport INTEGER NOT NULL,
                audience INTEGER NOT NULL,
                past BLOB NOT NULL,                     -- pairs of varints: log, number of its changes seen
                header BLOB NOT NULL,
                signature BLOB,
                signature_checked INTEGER NOT NULL,     -- 1 if checked itself, 0 if only covered by a later one
                body BLOB NOT NULL
            ) STRICT;
            -- A fork has two changes at one place, so the id belongs to the key.
            CREATE UNIQUE INDEX change_place ON change (log, seq, id);
            CREATE INDEX change_id ON change (id);
            CREATE INDEX change_space ON change (space, arrival);
            CREATE INDEX change_control ON change (space, arrival) WHERE audience = 1;

            -- A fold of the control changes, rewritten with each: who proves the key may fetch the space, up to a time.
            CREATE TABLE reader (key BLOB NOT NULL, space INTEGER NOT NULL REFERENCES space, until INTEGER NOT NULL,
                PRIMARY KEY (key, space)) STRICT, WITHOUT ROWID;
            CREATE INDEX reader_space ON reader (space);

            -- Attachments are kept encrypted, as they travel.
            CREATE TABLE blob (
                number INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE,
                digests BLOB,                           -- the chunks' digests, once known
                is_complete INTEGER NOT NULL DEFAULT 0
            ) STRICT;
            CREATE TABLE chunk (blob INTEGER NOT NULL REFERENCES blob, ordinal INTEGER NOT NULL, data BLOB NOT NULL,
                PRIMARY KEY (blob, ordinal)) STRICT;
            CREATE TABLE blob_use (space INTEGER NOT NULL REFERENCES space, blob INTEGER NOT NULL REFERENCES blob,
                PRIMARY KEY (space, blob)) STRICT, WITHOUT ROWID;

            -- How far each peer's store was seen. Losing this costs a comparison, nothing else.
            CREATE TABLE seen (peer BLOB PRIMARY KEY, incarnation BLOB NOT NULL, sequence INTEGER NOT NULL)
                STRICT, WITHOUT ROWID;
            -- What each peer holds, for people to see.
            CREATE TABLE held (peer BLOB NOT NULL, space INTEGER NOT NULL REFERENCES space, device BLOB NOT NULL,
                seq INTEGER NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (peer, space, device)) STRICT, WITHOUT ROWID;
            CREATE TABLE receipt (relay BLOB NOT NULL, change BLOB NOT NULL, time INTEGER NOT NULL,
                signed BLOB NOT NULL, PRIMARY KEY (change, relay)) STRICT;
            -- The row that a durable commit writes: everything up to this arrival has survived.
            CREATE TABLE durable (id INTEGER PRIMARY KEY CHECK (id = 1), arrival INTEGER NOT NULL) STRICT;
            INSERT INTO durable VALUES (1, 0);
            """,
            """
            -- A fork splits a log: the line is the device, or of a branch the change with which it begins.
            ALTER TABLE log RENAME COLUMN device TO line;
            ALTER TABLE log ADD COLUMN device BLOB;
            UPDATE log SET device = line;
            """,
            """
            -- An id names one change in one space. Said here, because a search by id and space otherwise goes through the whole space.
            DROP INDEX change_id;
            CREATE UNIQUE INDEX change_id ON change (id);
            """,
            """
            -- A branch is a log of its own, so a place needs no id to be told from another.
            DROP INDEX change_place;
            CREATE INDEX change_place ON change (log, seq);
            """,
            """
            -- Of the last changes of the space's logs; null since it has grown.
            ALTER TABLE space ADD COLUMN digest BLOB;
            CREATE INDEX space_grown ON space (number) WHERE digest IS NULL;
            """,
        ])
}
