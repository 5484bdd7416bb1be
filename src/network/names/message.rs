//! DNS messages as bytes: queries and the records of answers are read where they lie (RFC 1035, section 4;
//! RFC 6891), replies are written.
//!
//! Only what an answer depends on is read. A type of record that is unknown here is no reason not to pass a
//! message on, so there is no list of types; and what is not read cannot be read wrongly.

use std::fmt::Write;
use std::ops::Range;

/// Bytes of a header.
pub const HEADER: usize = 12;

/// Bytes of a record before its data, with a pointer for its name.
const RECORD: usize = 12;

/// The largest query that is accepted, in bytes.
pub const LARGEST_QUERY: usize = 4096;

/// The largest message there can be, in bytes (TCP, RFC 1035, section 4.2.2).
pub const LARGEST: usize = 65535;

/// What any client takes over UDP, in bytes (RFC 1035, section 4.2.1).
pub const SMALLEST_LIMIT: usize = 512;

/// Bytes of UDP that are promised to be taken here: they fit any network (dnsflagday.net/2020).
const OUR_SIZE: u16 = 1232;

/// The class of the internet.
pub const INTERNET: u16 = 1;

/// Types of records and of questions (IANA, DNS parameters).
pub mod kind {
    /// An IPv4 address.
    pub const A: u16 = 1;
    /// Another name.
    pub const CNAME: u16 = 5;
    /// The name of an address.
    pub const PTR: u16 = 12;
    /// An IPv6 address.
    pub const AAAA: u16 = 28;
    /// EDNS (RFC 6891).
    pub const OPT: u16 = 41;
    /// A zone's changes.
    pub const IXFR: u16 = 251;
    /// A whole zone.
    pub const AXFR: u16 = 252;
    /// All of a name.
    pub const ANY: u16 = 255;
}

/// How a query ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Well.
    NoError = 0,
    /// The query cannot be read.
    FormatError = 1,
    /// It could not be answered now.
    ServerFailure = 2,
    /// There is no such name.
    NameError = 3,
    /// It is no query for records.
    NotImplemented = 4,
    /// It is not answered here.
    Refused = 5,
    /// A version of EDNS that does not exist yet.
    BadVersion = 16,
}

/// "Blocked": the name is on a list of whoever runs the server (RFC 8914, section 4.16).
pub const BLOCKED: u16 = 15;

/// A query that can be answered.
#[derive(Debug)]
pub struct Query<'a> {
    bytes: &'a [u8],
    /// Where its question ends.
    end: usize,
    /// What is asked for: see [`name`].
    pub name: String,
    /// The type that is asked for.
    pub kind: u16,
    /// The class that is asked for.
    pub class: u16,
    edns: Option<Edns>,
}

#[derive(Debug, Clone, Copy)]
struct Edns {
    size: u16,
    version: u8,
    dnssec: bool,
}

/// Why bytes are no query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// No header, or an answer: silence, so that two servers never talk to each other for ever.
    Noise,
    /// To be answered with this code, without a question.
    Wrong(Code),
}

impl<'a> Query<'a> {
    /// Reads a query of one question.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let flags = number(bytes, 2).filter(|_| bytes.len() >= HEADER).ok_or(Unreadable::Noise)?;
        if flags & flag::ANSWER != 0 {
            return Err(Unreadable::Noise);
        }
        if flags & flag::OPERATION != 0 {
            return Err(Unreadable::Wrong(Code::NotImplemented));
        }
        Self::parts(bytes).ok_or(Unreadable::Wrong(Code::FormatError))
    }

    fn parts(bytes: &'a [u8]) -> Option<Self> {
        if number(bytes, 4)? != 1 {
            return None;
        }
        // Nothing stands before the question that its name could point to.
        let (after, Ending::Root) = skip_labels(bytes, HEADER)? else { return None };
        let (name, _) = name(bytes, HEADER)?;
        let (kind, class) = (number(bytes, after)?, number(bytes, after + 2)?);
        let end = after + 4;
        let mut records = Records::of(bytes, end, [6, 8, 10])?;
        let mut edns = None;
        for record in &mut records {
            if record.kind == kind::OPT && edns.replace(Edns::of(&record)).is_some() {
                return None;
            }
        }
        records.complete().then_some(Self { bytes, end, name, kind, class, edns })
    }

    /// Its id.
    pub fn id(&self) -> u16 {
        u16::from_be_bytes([self.bytes[0], self.bytes[1]])
    }

    /// Its question, as it came.
    pub fn question(&self) -> &'a [u8] {
        &self.bytes[HEADER..self.end]
    }

    /// Whether its version of EDNS is one that exists.
    pub fn has_known_version(&self) -> bool {
        self.edns.is_none_or(|edns| edns.version == 0)
    }

    /// The most bytes its sender takes over UDP.
    pub fn limit(&self) -> usize {
        self.edns.map_or(SMALLEST_LIMIT, |edns| usize::from(edns.size).max(SMALLEST_LIMIT))
    }

    /// Whether `answer` is one to this query, whatever its case and its id. Some servers leave the question out of
    /// an answer that is none.
    pub fn is_answered_by(&self, answer: &[u8]) -> bool {
        let (Some(flags), Some(questions)) = (number(answer, 2), number(answer, 4)) else { return false };
        if answer.len() < HEADER || flags & flag::ANSWER == 0 || flags & flag::OPERATION != 0 {
            return false;
        }
        match questions {
            0 => [1, 2, 4, 5].contains(&(flags & flag::CODE)),
            1 => answer.get(HEADER..self.end).is_some_and(|question| question_is(question, self.question())),
            _ => false,
        }
    }

    /// Makes `answer`, which [answers it](Self::is_answered_by), the sender's own: its id, its spelling, and not
    /// more than `limit` bytes.
    pub fn fit(&self, mut answer: Vec<u8>, limit: usize) -> Vec<u8> {
        if answer.len() > limit {
            return self.reply(code(&answer), &[], None, limit, true);
        }
        set_id(&mut answer, self.id());
        if number(&answer, 4) == Some(1)
            && let Some(question) = answer.get_mut(HEADER..self.end)
        {
            question.copy_from_slice(self.question());
        }
        answer
    }

    /// An answer of our own, of at most `limit` bytes: records that do not fit are left out, and that is said.
    /// `blocked` is said to those who understand it.
    pub fn answer(&self, code: Code, records: &[Answer], blocked: bool, limit: usize) -> Vec<u8> {
        self.reply(code as u16, records, blocked.then_some(BLOCKED), limit, false)
    }

    fn reply(&self, code: u16, records: &[Answer], why: Option<u16>, limit: usize, cut: bool) -> Vec<u8> {
        let end = self.edns.map(|edns| edns.reply(code, why)).unwrap_or_default();
        let mut reply = Vec::with_capacity(SMALLEST_LIMIT);
        reply.extend_from_slice(&self.bytes[..self.end]);
        let mut flags = number(self.bytes, 2).unwrap_or_default() & flag::KEPT;
        flags |= flag::ANSWER | flag::RECURSION | (code & flag::CODE);
        let mut count = 0u16;
        for record in records {
            if reply.len() + record.length() + end.len() > limit || count == u16::MAX {
                flags |= flag::CUT;
                break;
            }
            record.write(&mut reply);
            count += 1;
        }
        if cut {
            flags |= flag::CUT;
        }
        reply.extend_from_slice(&end);
        put(&mut reply, 2, flags);
        put(&mut reply, 6, count);
        put(&mut reply, 8, 0);
        put(&mut reply, 10, u16::from(!end.is_empty()));
        reply
    }
}

impl Edns {
    /// The fields of a record have other meanings in this one (RFC 6891, section 6.1.2).
    fn of(record: &Record) -> Self {
        Self { size: record.class, version: (record.ttl >> 16) as u8, dnssec: record.ttl & 0x8000 != 0 }
    }

    /// The record that answers this one.
    fn reply(self, code: u16, why: Option<u16>) -> Vec<u8> {
        let options: Vec<u8> = why
            .map(|why| [15u16, 2, why].into_iter().flat_map(u16::to_be_bytes).collect())
            .unwrap_or_default();
        let ttl = u32::from(code >> 4) << 24 | u32::from(self.dnssec) << 15;
        let mut record = vec![0];
        record.extend(kind::OPT.to_be_bytes());
        record.extend(OUR_SIZE.to_be_bytes());
        record.extend(ttl.to_be_bytes());
        record.extend((options.len() as u16).to_be_bytes());
        record.extend(options);
        record
    }
}

/// A record of an answer of our own, whose name is the question's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its type.
    pub kind: u16,
    /// Seconds it may be kept.
    pub ttl: u32,
    /// Its data, 65535 bytes at most.
    pub data: Vec<u8>,
}

impl Answer {
    fn length(&self) -> usize {
        RECORD + self.data.len()
    }

    fn write(&self, reply: &mut Vec<u8>) {
        // A pointer to the question's name, which follows the header.
        reply.extend((0xc000 | HEADER as u16).to_be_bytes());
        reply.extend(self.kind.to_be_bytes());
        reply.extend(INTERNET.to_be_bytes());
        reply.extend(self.ttl.to_be_bytes());
        reply.extend((self.data.len() as u16).to_be_bytes());
        reply.extend(&self.data);
    }
}

/// The answer to what is no query: its header and `code`.
pub fn complaint(bytes: &[u8], code: Code) -> Vec<u8> {
    let mut reply = bytes.get(..HEADER).map_or_else(|| vec![0; HEADER], <[u8]>::to_vec);
    let flags = number(&reply, 2).unwrap_or_default() & (flag::KEPT | flag::OPERATION);
    put(&mut reply, 2, flags | flag::ANSWER | flag::RECURSION | (code as u16 & flag::CODE));
    reply[4..].fill(0);
    reply
}

/// The code of an answer that has a header, without its extension.
pub fn code(answer: &[u8]) -> u16 {
    number(answer, 2).unwrap_or_default() & flag::CODE
}

/// Gives a message another id.
pub fn set_id(message: &mut [u8], id: u16) {
    put(message, 0, id);
}

/// The id of a message that has one.
pub fn id(message: &[u8]) -> Option<u16> {
    number(message, 0)
}

/// Bits of the second word of a header (RFC 1035, section 4.1.1; RFC 6840, section 5.7).
mod flag {
    pub(super) const ANSWER: u16 = 0x8000;
    pub(super) const OPERATION: u16 = 0x7800;
    pub(super) const CUT: u16 = 0x0200;
    pub(super) const RECURSION: u16 = 0x0080;
    pub(super) const CODE: u16 = 0x000f;
    /// What an answer repeats of the query: that recursion is desired, that checking is disabled.
    pub(super) const KEPT: u16 = 0x0110;
}

/// A record where it lies.
#[derive(Debug, Clone)]
pub struct Record {
    /// Where its name begins.
    pub name: usize,
    /// Its type.
    pub kind: u16,
    /// Its class.
    pub class: u16,
    /// Seconds it may be kept.
    pub ttl: u32,
    /// Where its data lies.
    pub data: Range<usize>,
}

/// The records of a message, one after the other.
#[derive(Debug)]
pub struct Records<'a> {
    message: &'a [u8],
    at: usize,
    left: u32,
    broken: bool,
}

impl<'a> Records<'a> {
    /// Those counted in the words of the header at `counts`, the first of which begins at `at`.
    fn of(message: &'a [u8], at: usize, counts: impl IntoIterator<Item = usize>) -> Option<Self> {
        let mut left = 0;
        for count in counts {
            left += u32::from(number(message, count)?);
        }
        Some(Self { message, at, left, broken: false })
    }

    /// Those of the answer section; `None` when the question before it cannot be read.
    pub fn answers(message: &'a [u8]) -> Option<Self> {
        let at = match number(message, 4)? {
            0 => HEADER,
            1 => skip_name(message, HEADER)? + 4,
            _ => return None,
        };
        Self::of(message, at, [6])
    }

    /// Whether all there should be could be read.
    pub fn complete(&self) -> bool {
        self.left == 0 && !self.broken
    }

    fn read(&mut self) -> Option<Record> {
        let fixed = skip_name(self.message, self.at)?;
        let word = |offset| number(self.message, fixed + offset);
        let ttl = u32::from(word(4)?) << 16 | u32::from(word(6)?);
        let data = fixed + 10..fixed + 10 + usize::from(word(8)?);
        self.message.get(data.clone())?;
        let record = Record { name: self.at, kind: word(0)?, class: word(2)?, ttl, data };
        self.at = record.data.end;
        Some(record)
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.left == 0 || self.broken {
            return None;
        }
        let record = self.read();
        self.broken = record.is_none();
        self.left -= u32::from(!self.broken);
        record
    }
}

/// The name at `at`, in lower case, with dots between its labels and none at the end, and where it ends. Any byte
/// but letters, digits, `-` and `_` is written `\065`, so that a dot within a label is none between two.
pub fn name(message: &[u8], mut at: usize) -> Option<(String, usize)> {
    let (mut text, mut length, mut end) = (String::new(), 1, None);
    // A pointer leads back, before all that was read through the last one: no circles.
    let mut before = at;
    loop {
        match *message.get(at)? {
            0 => return Some((text, end.unwrap_or(at + 1))),
            size @ 1..=63 => {
                let label = message.get(at + 1..at + 1 + usize::from(size))?;
                at += 1 + label.len();
                length += 1 + label.len();
                if length > 255 {
                    return None;
                }
                if !text.is_empty() {
                    text.push('.');
                }
                label.iter().for_each(|byte| push(&mut text, *byte));
            }
            0xc0.. => {
                end = end.or(Some(at + 2));
                let to = usize::from(number(message, at)? & 0x3fff);
                if to >= before {
                    return None;
                }
                (at, before) = (to, to);
            }
            _ => return None,
        }
    }
}

fn push(text: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
        text.push(char::from(byte.to_ascii_lowercase()));
    } else {
        let _ = write!(text, "\\{byte:03}");
    }
}

/// The labels of `name`, which has dots between them; `None` when they cannot be labels.
pub fn labels(name: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(name.len() + 2);
    for label in name.split('.') {
        let size = u8::try_from(label.len()).ok().filter(|size| (1..=63).contains(size))?;
        bytes.push(size);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    (bytes.len() <= 255).then_some(bytes)
}

/// Where the name at `at` ends, its pointers not followed.
fn skip_name(message: &[u8], at: usize) -> Option<usize> {
    skip_labels(message, at).map(|(end, _)| end)
}

/// Where the labels at `at` end, and how.
fn skip_labels(message: &[u8], mut at: usize) -> Option<(usize, Ending)> {
    loop {
        match *message.get(at)? {
            0 => return Some((at + 1, Ending::Root)),
            size @ 1..=63 => at += 1 + usize::from(size),
            0xc0.. => return message.get(at + 1).map(|_| (at + 2, Ending::Pointer)),
            _ => return None,
        }
    }
}

/// What follows the labels of a name.
#[derive(Debug, PartialEq, Eq)]
enum Ending {
    Root,
    Pointer,
}

/// Whether two questions ask the same: their names in any case, type and class as they are.
fn question_is(one: &[u8], other: &[u8]) -> bool {
    let Some(names) = one.len().checked_sub(4) else { return false };
    one.len() == other.len()
        && one[..names].eq_ignore_ascii_case(&other[..names])
        && one[names..] == other[names..]
}

fn number(message: &[u8], at: usize) -> Option<u16> {
    message.get(at..at + 2).map(|bytes| u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn put(message: &mut [u8], at: usize, number: u16) {
    if let Some(bytes) = message.get_mut(at..at + 2) {
        bytes.copy_from_slice(&number.to_be_bytes());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A query as a resolver would send it; `edns` is the size it takes.
    pub(in super::super) fn query(name: &str, kind: u16, edns: Option<u16>) -> Vec<u8> {
        let mut bytes = vec![0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, u8::from(edns.is_some())];
        bytes.extend(labels(name).unwrap());
        bytes.extend([kind.to_be_bytes(), INTERNET.to_be_bytes()].concat());
        if let Some(size) = edns {
            bytes.extend([0, 0, 41]);
            bytes.extend(size.to_be_bytes());
            bytes.extend([0, 0, 0x80, 0, 0, 0]);
        }
        bytes
    }

    /// An answer to `query` with records as (name, type, data); names are written out.
    pub(in super::super) fn answered(query: &[u8], records: &[(&str, u16, Vec<u8>)]) -> Vec<u8> {
        let end = Query::read(query).unwrap().end;
        let mut bytes = query[..end].to_vec();
        put(&mut bytes, 2, 0x8180);
        put(&mut bytes, 6, records.len() as u16);
        put(&mut bytes, 10, 0);
        for (name, kind, data) in records {
            bytes.extend(labels(name).unwrap());
            bytes.extend([kind.to_be_bytes(), INTERNET.to_be_bytes(), [0, 0], [0, 30]].concat());
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(data);
        }
        bytes
    }

    /// Every cut of `bytes`, and each byte changed in a few ways.
    pub(in super::super) fn mutations(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        let cuts = (0..=bytes.len()).map(|length| bytes[..length].to_vec());
        let changes = (0..bytes.len()).flat_map(|at| [0, 1, 0x3f, 0x40, 0xc0, 0xff].map(|byte| (at, byte)));
        cuts.chain(changes.map(|(at, byte)| {
            let mut changed = bytes.to_vec();
            changed[at] = byte;
            changed
        }))
    }

    fn records(count: u8) -> Vec<Answer> {
        (0..count).map(|last| Answer { kind: kind::A, ttl: 1, data: vec![10, 0, 0, last] }).collect()
    }

    #[test]
    fn a_query_is_read_with_its_name_in_lower_case() {
        let bytes = query("WwW.Example-1.cOm", kind::AAAA, Some(1400));
        let read = Query::read(&bytes).unwrap();
        assert_eq!((read.name.as_str(), read.kind, read.class), ("www.example-1.com", kind::AAAA, 1));
        assert_eq!((read.id(), read.limit(), read.has_known_version()), (0xabcd, 1400, true));
        let bytes = query("www", kind::A, None);
        assert_eq!(Query::read(&bytes).unwrap().limit(), 512);
        let bytes = query("www", kind::A, Some(100));
        assert_eq!(Query::read(&bytes).unwrap().limit(), 512);
    }

    #[test]
    fn a_dot_within_a_label_is_none_between_two() {
        let mut bytes = query("axb.com", kind::A, None);
        bytes[14] = b'.';
        assert_eq!(Query::read(&bytes).unwrap().name, "a\\046b.com");
        bytes[14] = 0;
        assert_eq!(Query::read(&bytes).unwrap().name, "a\\000b.com");
        bytes[14] = b'\\';
        assert_eq!(Query::read(&bytes).unwrap().name, "a\\092b.com");
    }

    #[test]
    fn what_is_no_query_is_refused_or_ignored() {
        let good = query("a.b", kind::A, Some(1232));
        let changed = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            Query::read(&bytes).err()
        };
        let format = Some(Unreadable::Wrong(Code::FormatError));
        assert_eq!(changed(2, 0x81), Some(Unreadable::Noise), "an answer");
        assert_eq!(changed(2, 0x29), Some(Unreadable::Wrong(Code::NotImplemented)), "an update");
        assert_eq!(changed(5, 0), format, "no question");
        assert_eq!(changed(5, 2), format, "two questions");
        assert_eq!(changed(12, 0xc0), format, "a pointer in the question");
        assert_eq!(changed(12, 0x41), format, "a label of another kind");
        assert_eq!(changed(11, 9), format, "records that are not there");
        assert_eq!(Query::read(&good[..11]).err(), Some(Unreadable::Noise));
        assert_eq!(
            Query::read(&[good.clone(), good[21..].to_vec()].concat()).map(|_| ()),
            Ok(()),
            "rubbish after it"
        );
        let twice = [good.clone(), good[21..].to_vec()].concat();
        let mut twice_counted = twice;
        twice_counted[11] = 2;
        assert_eq!(Query::read(&twice_counted).err(), format, "EDNS twice");
    }

    #[test]
    fn names_that_point_in_circles_end() {
        let mut bytes = vec![0; HEADER];
        bytes.extend([1, b'a', 0xc0, 12]);
        assert_eq!(name(&bytes, 12), None);
        bytes.extend([1, b'b', 0xc0, 18]);
        assert_eq!(name(&bytes, 16), None);
        let mut long = vec![0; HEADER];
        for _ in 0..5 {
            long.push(63);
            long.extend([b'x'; 63]);
        }
        long.push(0);
        assert_eq!(name(&long, 12), None);
        let good = [&[0; 12][..], &[1, b'a', 0, 1, b'b', 0xc0, 12]].concat();
        assert_eq!(name(&good, 15), Some(("b.a".to_owned(), 19)));
    }

    #[test]
    fn another_reader_reads_our_answers() {
        let bytes = query("WeB.Front", kind::A, Some(1232));
        let read = Query::read(&bytes).unwrap();
        let reply = read.answer(Code::NoError, &records(2), false, read.limit());
        let seen = simple_dns::Packet::parse(&reply).unwrap();
        assert_eq!(seen.id(), 0xabcd);
        assert_eq!(seen.questions[0].qname.to_string(), "WeB.Front");
        assert_eq!(seen.answers.len(), 2);
        assert_eq!((seen.answers[1].name.to_string().as_str(), seen.answers[1].ttl), ("WeB.Front", 1));
        let simple_dns::rdata::RData::A(address) = &seen.answers[1].rdata else { panic!("{seen:?}") };
        assert_eq!(address.address, u32::from_be_bytes([10, 0, 0, 1]));
        assert_eq!(seen.opt().unwrap().udp_packet_size, OUR_SIZE);

        let reply = read.answer(Code::NameError, &[], true, read.limit());
        let seen = simple_dns::Packet::parse(&reply).unwrap();
        assert_eq!(seen.rcode(), simple_dns::RCODE::NameError);
        assert_eq!(
            (seen.opt().unwrap().opt_codes[0].code, &*seen.opt().unwrap().opt_codes[0].data),
            (15, &[0, 15][..])
        );

        // The upper byte of what is the time to live elsewhere continues the code (RFC 6891, section 6.1.3).
        let reply = read.answer(Code::BadVersion, &[], false, read.limit());
        assert_eq!((code(&reply), &reply[reply.len() - 6..]), (0, &[1, 0, 0x80, 0, 0, 0][..]));
    }

    #[test]
    fn an_answer_keeps_within_what_its_receiver_takes() {
        for (edns, limit) in [(None, 512), (Some(600), 600), (Some(1232), 1232)] {
            let bytes = query("many", kind::A, edns);
            let read = Query::read(&bytes).unwrap();
            let reply = read.answer(Code::NoError, &records(200), false, read.limit());
            assert!(reply.len() <= limit && reply.len() > limit - 28, "{} of {limit}", reply.len());
            let seen = simple_dns::Packet::parse(&reply).unwrap();
            assert!(seen.has_flags(simple_dns::PacketFlag::TRUNCATION));
            assert!(seen.answers.len() < 200);
            let whole = read.answer(Code::NoError, &records(200), false, LARGEST);
            assert_eq!(simple_dns::Packet::parse(&whole).unwrap().answers.len(), 200);
        }
    }

    #[test]
    fn only_an_answer_to_the_question_is_one() {
        let bytes = query("Example.com", kind::A, None);
        let read = Query::read(&bytes).unwrap();
        let good =
            answered(&query("eXAMPLE.COM", kind::A, None), &[("example.com", kind::A, vec![192, 0, 2, 1])]);
        assert!(read.is_answered_by(&good));
        assert!(!read.is_answered_by(&bytes), "a query");
        assert!(!read.is_answered_by(&answered(&query("example.org", kind::A, None), &[])));
        assert!(!read.is_answered_by(&answered(&query("example.com", kind::AAAA, None), &[])));
        assert!(!read.is_answered_by(&good[..20]));
        let refused = [0, 0, 0x81, 0x85, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(read.is_answered_by(&refused));
        let empty = [0, 0, 0x81, 0x80, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(!read.is_answered_by(&empty), "good, but without the question");
    }

    #[test]
    fn an_answer_is_handed_on_in_the_spelling_of_the_query() {
        let bytes = query("eXample.Com", kind::A, None);
        let read = Query::read(&bytes).unwrap();
        let mut answer =
            answered(&query("example.com", kind::A, None), &[("example.com", kind::A, vec![192, 0, 2, 1])]);
        set_id(&mut answer, 7);
        let fitted = read.fit(answer.clone(), 512);
        assert_eq!(id(&fitted), Some(0xabcd));
        assert_eq!(&fitted[HEADER..read.end], read.question());
        assert_eq!(fitted[read.end..], answer[read.end..]);
        let cut = read.fit(answer, 40);
        let cut = simple_dns::Packet::parse(&cut).unwrap();
        assert!(cut.answers.is_empty() && cut.has_flags(simple_dns::PacketFlag::TRUNCATION));
    }

    #[test]
    fn no_bytes_make_a_reader_fail() {
        let bytes = query("www.example.com", kind::A, Some(1232));
        let good = Query::read(&bytes).unwrap();
        let answer = answered(
            &bytes,
            &[("www.example.com", kind::CNAME, labels("a.b").unwrap()), ("a.b", kind::A, vec![1, 2, 3, 4])],
        );
        for changed in mutations(&bytes).chain(mutations(&answer)) {
            if let Ok(read) = Query::read(&changed) {
                let reply = read.answer(Code::NoError, &records(3), true, read.limit());
                assert!(reply.len() <= read.limit());
                read.is_answered_by(&answer);
            }
            if good.is_answered_by(&changed) {
                good.fit(changed.clone(), 512);
            }
            complaint(&changed, Code::FormatError);
            if let Some(records) = Records::answers(&changed) {
                for record in records {
                    let _ = (name(&changed, record.name), &changed[record.data]);
                }
            }
        }
    }
}
