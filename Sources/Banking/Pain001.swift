import XMLCoder

/// The elements of a pain.001.001.09 document, in the order and by the names of its schema.
struct Pain001: Encodable {
    static let namespace = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

    let initiation: Initiation

    enum CodingKeys: String, CodingKey {
        case initiation = "CstmrCdtTrfInitn"
    }

    struct Initiation: Encodable {
        let header: Header
        let groups: [Group]

        enum CodingKeys: String, CodingKey {
            case header = "GrpHdr"
            case groups = "PmtInf"
        }
    }

    struct Header: Encodable {
        let messageID: String
        let created: String
        let count: Int
        let sum: String
        let initiator: Party

        enum CodingKeys: String, CodingKey {
            case messageID = "MsgId"
            case created = "CreDtTm"
            case count = "NbOfTxs"
            case sum = "CtrlSum"
            case initiator = "InitgPty"
        }
    }

    struct Group: Encodable {
        let id: String
        let method = "TRF"
        let isBatchBooked: Bool?
        let count: Int
        let sum: String
        let type: PaymentType?
        let executionDate: ExecutionDate
        let debtor: Party
        let debtorAccount: Account
        let debtorAgent: Agent
        let transfers: [Transfer]

        enum CodingKeys: String, CodingKey {
            case id = "PmtInfId"
            case method = "PmtMtd"
            case isBatchBooked = "BtchBookg"
            case count = "NbOfTxs"
            case sum = "CtrlSum"
            case type = "PmtTpInf"
            case executionDate = "ReqdExctnDt"
            case debtor = "Dbtr"
            case debtorAccount = "DbtrAcct"
            case debtorAgent = "DbtrAgt"
            case transfers = "CdtTrfTxInf"
        }
    }

    struct Transfer: Encodable {
        let id: PaymentID
        let amount: Amount
        let agent: Agent?
        let creditor: Party
        let account: Account
        let remittance: Remittance?

        enum CodingKeys: String, CodingKey {
            case id = "PmtId"
            case amount = "Amt"
            case agent = "CdtrAgt"
            case creditor = "Cdtr"
            case account = "CdtrAcct"
            case remittance = "RmtInf"
        }
    }

    struct PaymentType: Encodable {
        let level: ServiceLevel

        enum CodingKeys: String, CodingKey {
            case level = "SvcLvl"
        }
    }

    struct ServiceLevel: Encodable {
        let code: String

        enum CodingKeys: String, CodingKey {
            case code = "Cd"
        }
    }

    struct ExecutionDate: Encodable {
        let day: String

        enum CodingKeys: String, CodingKey {
            case day = "Dt"
        }
    }

    struct Party: Encodable {
        let name: String

        enum CodingKeys: String, CodingKey {
            case name = "Nm"
        }
    }

    struct Account: Encodable {
        let id: Number

        enum CodingKeys: String, CodingKey {
            case id = "Id"
        }

        struct Number: Encodable {
            let iban: String?
            let other: Other?

            enum CodingKeys: String, CodingKey {
                case iban = "IBAN"
                case other = "Othr"
            }
        }
    }

    struct Other: Encodable {
        let id: String

        enum CodingKeys: String, CodingKey {
            case id = "Id"
        }
    }

    struct Agent: Encodable {
        let institution: Institution

        enum CodingKeys: String, CodingKey {
            case institution = "FinInstnId"
        }

        struct Institution: Encodable {
            let bic: String?
            let other: Other?

            enum CodingKeys: String, CodingKey {
                case bic = "BICFI"
                case other = "Othr"
            }
        }
    }

    struct PaymentID: Encodable {
        let endToEndID: String

        enum CodingKeys: String, CodingKey {
            case endToEndID = "EndToEndId"
        }
    }

    struct Amount: Encodable {
        let instructed: Instructed

        enum CodingKeys: String, CodingKey {
            case instructed = "InstdAmt"
        }

        struct Instructed: Encodable, DynamicNodeEncoding {
            let currency: String
            let text: String

            enum CodingKeys: String, CodingKey {
                case currency = "Ccy"
                case text = ""
            }

            static func nodeEncoding(for key: any CodingKey) -> XMLEncoder.NodeEncoding {
                key.stringValue == CodingKeys.currency.rawValue ? .attribute : .element
            }
        }
    }

    struct Remittance: Encodable {
        let text: String

        enum CodingKeys: String, CodingKey {
            case text = "Ustrd"
        }
    }
}
