//! Writes the rules' pages from their own text: `cargo run -p rules --example pages`.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    fs::create_dir_all(&folder)?;
    for rule in rules::rules() {
        fs::write(folder.join(format!("{}.md", rule.slug)), rule.to_markdown())?;
    }
    fs::write(folder.join("README.md"), rules::index_in_markdown())?;
    Ok(())
}
