//! nftables without nft(8): batches of changes, sent as one transaction.

pub mod attribute;
pub mod container;
pub mod expression;
pub mod hub;

use super::links::{c_name, told};
use expression::{Expression, Verdict, verdict_data};
use netlink_bindings::nftables::{self, Nfgenmsg};
use netlink_bindings::traits::Pusher;
use netlink_socket2::NetlinkSocket;
use std::fmt;
use std::io;

/// Which packets a table sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4 and IPv6.
    Inet = libc::NFPROTO_INET as isize,
    /// What passes a bridge.
    Bridge = libc::NFPROTO_BRIDGE as isize,
}

/// Where a chain is called.
#[derive(Debug, Clone, Copy)]
pub enum Hook {
    Prerouting = 0,
    Input = 1,
    Forward = 2,
    Output = 3,
    Postrouting = 4,
}

/// What a chain may do.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Decide.
    Filter,
    /// Change where packets go by changing their mark.
    Route,
    /// Change addresses.
    Nat,
}

/// A chain that the kernel calls.
#[derive(Debug, Clone, Copy)]
pub struct Base {
    pub kind: Kind,
    pub hook: Hook,
    pub priority: i32,
    /// What becomes of packets that no rule decides on.
    pub drops: bool,
}

/// The name of rcon's table, in every family.
pub const TABLE: &str = "rcon";

/// Changes that are made all at once or not at all.
pub struct Batch {
    family: Family,
    chained: nftables::Chained<'static>,
    /// Sets made so far: within a batch each has a number.
    sets: u32,
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("family", &self.family).finish_non_exhaustive()
    }
}

impl Batch {
    /// Changes of rcon's table of `family`, which is made when it is not there.
    pub fn new(family: Family) -> io::Result<Self> {
        let mut chained = nftables::Chained::new(1);
        chained.request().op_batch_begin_do(&batch_header());
        let mut batch = Self { family, chained, sets: 0 };
        let header = batch.header();
        batch.chained.request().set_create().op_newtable_do(&header).encode().push_name(&c_name(TABLE)?);
        Ok(batch)
    }

    /// A chain; without a `base` it is only jumped to.
    pub fn chain(&mut self, name: &str, base: Option<Base>) -> io::Result<()> {
        let header = self.header();
        let mut request = self.chained.request().set_create().op_newchain_do(&header);
        let mut chain = request.encode().push_table(&c_name(TABLE)?).push_name(&c_name(name)?);
        if let Some(base) = base {
            let kind = match base.kind {
                Kind::Filter => c"filter",
                Kind::Route => c"route",
                Kind::Nat => c"nat",
            };
            chain = chain
                .push_type(kind)
                .nested_hook()
                .push_num(base.hook as u32)
                .push_priority(base.priority)
                .end_nested();
            chain.push_policy(u32::from(!base.drops));
        }
        Ok(())
    }

    /// A rule at the end of a chain.
    pub fn rule(&mut self, chain: &str, expressions: &[Expression]) -> io::Result<()> {
        let header = self.header();
        let mut request = self.chained.request().set_create().set_append().op_newrule_do(&header);
        let rule = request.encode().push_table(&c_name(TABLE)?).push_chain(&c_name(chain)?);
        let mut list = rule.nested_expressions();
        for Expression { name, data } in expressions {
            let mut one = list.nested_elem().push_name(name);
            // NFTA_EXPR_DATA.
            attribute::push(one.as_vec_mut(), 2 | (1 << 15), &data.0);
            list = one.end_nested();
        }
        list.end_nested();
        Ok(())
    }

    /// A set of keys of `length` bytes, whose elements may end by themselves.
    pub fn set(&mut self, name: &str, length: u32) -> io::Result<()> {
        self.new_set(name, length, NFT_SET_TIMEOUT, None)
    }

    /// A map from keys of `length` bytes to verdicts.
    pub fn verdicts(&mut self, name: &str, length: u32) -> io::Result<()> {
        self.new_set(name, length, NFT_SET_MAP, Some(NFT_DATA_VERDICT))
    }

    fn new_set(&mut self, name: &str, length: u32, flags: u32, data: Option<u32>) -> io::Result<()> {
        let header = self.header();
        self.sets += 1;
        let mut request = self.chained.request().set_create().op_newset_do(&header);
        let mut set = request
            .encode()
            .push_table(&c_name(TABLE)?)
            .push_name(&c_name(name)?)
            .push_flags(flags)
            .push_key_type(0)
            .push_key_len(length)
            .push_id(self.sets);
        if let Some(kind) = data {
            set = set.push_data_type(kind);
        }
        drop(set);
        Ok(())
    }

    /// An element of a set; it ends by itself after `seconds`.
    pub fn element(&mut self, set: &str, key: &[u8], seconds: Option<u64>) -> io::Result<()> {
        let header = self.header();
        let mut request = self.chained.request().set_create().op_newsetelem_do(&header);
        let list = request.encode().push_table(&c_name(TABLE)?).push_set(&c_name(set)?).nested_elements();
        let mut element = list.nested_elem().nested_key().push_value(key).end_nested();
        if let Some(seconds) = seconds {
            // In milliseconds, the highest byte first, which the bindings do not know.
            element = element.push_timeout(seconds.saturating_mul(1000).to_be());
        }
        element.end_nested().end_nested();
        Ok(())
    }

    /// An entry of a map: packets with this key jump to `chain`.
    pub fn jump(&mut self, map: &str, key: &[u8], chain: &str) -> io::Result<()> {
        let header = self.header();
        let mut request = self.chained.request().set_create().op_newsetelem_do(&header);
        let list = request.encode().push_table(&c_name(TABLE)?).push_set(&c_name(map)?).nested_elements();
        let mut element = list.nested_elem().nested_key().push_value(key).end_nested();
        // NFTA_SET_ELEM_DATA.
        attribute::push(element.as_vec_mut(), 2 | (1 << 15), &verdict_data(Verdict::Jump(chain)).0);
        element.end_nested().end_nested();
        Ok(())
    }

    /// Takes an element out of a set or map.
    pub fn remove_element(&mut self, set: &str, key: &[u8]) -> io::Result<()> {
        let header = self.header();
        let mut request = self.chained.request().op_delsetelem_do(&header);
        let list = request.encode().push_table(&c_name(TABLE)?).push_set(&c_name(set)?).nested_elements();
        list.nested_elem().nested_key().push_value(key).end_nested().end_nested().end_nested();
        Ok(())
    }

    /// Removes a chain and its rules; nothing may jump to it any more.
    pub fn remove_chain(&mut self, name: &str) -> io::Result<()> {
        let header = self.header();
        let rules = &mut self.chained.request().op_delrule_do(&header);
        rules.encode().push_table(&c_name(TABLE)?).push_chain(&c_name(name)?);
        let mut chain = self.chained.request().op_delchain_do(&header);
        chain.encode().push_table(&c_name(TABLE)?).push_name(&c_name(name)?);
        Ok(())
    }

    /// Removes a set.
    pub fn remove_set(&mut self, name: &str) -> io::Result<()> {
        let header = self.header();
        let mut set = self.chained.request().op_delset_do(&header);
        set.encode().push_table(&c_name(TABLE)?).push_name(&c_name(name)?);
        Ok(())
    }

    /// Makes the changes in the network namespace of `socket`.
    ///
    /// # Errors
    /// `EOPNOTSUPP`, `EPROTONOSUPPORT` or `ENOENT` when the kernel lacks nf_tables or a part of it.
    pub fn commit(mut self, socket: &mut NetlinkSocket) -> io::Result<()> {
        self.chained.request().op_batch_end_do(&batch_header());
        socket.request_chained(&self.chained.finalize())?.recv_all().map_err(told)
    }

    fn header(&self) -> Nfgenmsg {
        let mut header = Nfgenmsg::new();
        header.nfgen_family = self.family as u8;
        header
    }
}

const NFT_SET_MAP: u32 = 0x8;
const NFT_SET_TIMEOUT: u32 = 0x10;
const NFT_DATA_VERDICT: u32 = 0xffff_ff00;

/// NFNL_SUBSYS_NFTABLES.
fn batch_header() -> Nfgenmsg {
    let mut header = Nfgenmsg::new();
    header.set_res_id(10);
    header
}
