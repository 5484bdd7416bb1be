//! Stand-in until the generator is merged.
#[derive(Debug)] pub enum Arch { X }
impl Arch { pub fn native() -> Self { Self::X } }
#[derive(Debug)] pub struct Program(Vec<u8>);
impl Program { pub fn to_bytes(&self) -> Vec<u8> { self.0.clone() } }
const ALLOW: [u8; 8] = [0x06, 0, 0, 0, 0, 0, 0xff, 0x7f];
pub fn default_program(_: Arch, _: u64, _: bool) -> Program { Program(ALLOW.to_vec()) }
pub fn pump_program(_: Arch) -> Program { Program(ALLOW.to_vec()) }
#[derive(Debug)] pub struct Profile;
impl Profile { pub fn parse(_: &str) -> crate::error::Result<Self> { Ok(Self) } pub fn program(&self, a: Arch, _: u64, _: (u32,u32)) -> crate::error::Result<Program> { Ok(pump_program(a)) } }
