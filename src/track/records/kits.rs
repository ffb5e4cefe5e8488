//! Starter kits: an empty solution in a language, the adapter that connects it to the judge, and what to do with them.
//!
//! The files lie in `kits/`, one folder a language, and are compiled in. They are no code of this room.

use std::path::Path;

/// A starter kit.
#[derive(Debug)]
pub struct Kit {
    /// The language, as people write it.
    pub language: &'static str,
    /// What else it is called on the command line, in small letters.
    names: &'static [&'static str],
    /// The file that is filled in.
    pub solution: &'static str,
    /// The command that builds the solution, where one is needed.
    pub build: Option<&'static str>,
    /// The command that starts it.
    pub run: &'static str,
    /// How names of files in the language end.
    sources: &'static [&'static str],
    /// The shapes that a solution may have, as the README tells them.
    shapes: &'static str,
    /// What the README adds of printing.
    printing: &'static str,
    /// Its files but for the README: name and text.
    files: &'static [(&'static str, &'static str)],
    /// A solution of all levels.
    pub reference: &'static str,
    /// A plain solution for each of the first levels, in parts.
    by_level: &'static [&'static [&'static str]],
}

/// The files of a kit: the name each is given, and where it lies in `kits/`.
macro_rules! files {
    ($($name:literal = $path:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("kits/", $path)))),*]
    };
}

/// The solution of a language, by its place below `fixtures/solutions`.
macro_rules! solved {
    ($path:literal) => {
        include_str!(concat!("../../../fixtures/solutions/", $path))
    };
}

/// The plain code of LEVELS.md: the third level begins afresh, the others add methods to the class before.
const PLAIN: [&str; 4] = [
    solved!("levels/level1.py"),
    solved!("levels/level2.py"),
    solved!("levels/level3.py"),
    solved!("levels/level4.py"),
];
const PLAIN_BY_LEVEL: [&[&str]; 4] = [&[PLAIN[0]], &[PLAIN[0], PLAIN[1]], &[PLAIN[2]], &[PLAIN[2], PLAIN[3]]];

/// What the README says where there is something to build.
const BUILT: &str = " They build it first, too: `rewind.toml` says how.";

/// All kits.
pub static KITS: [Kit; 6] = [
    Kit {
        language: "Python",
        names: &["python", "py", "python3"],
        solution: "solution.py",
        build: None,
        run: "python3 adapter.py solution.py",
        sources: &["py"],
        shapes: include_str!("kits/python/shapes.txt"),
        printing: "",
        files: files!["solution.py" = "python/solution.py", "adapter.py" = "python/adapter.py"],
        reference: solved!("python/solution.py"),
        by_level: &PLAIN_BY_LEVEL,
    },
    Kit {
        language: "JavaScript",
        names: &["javascript", "js", "node"],
        solution: "solution.js",
        build: None,
        run: "node adapter.js solution.js",
        sources: &["js", "mjs", "cjs", "ts", "mts", "cts"],
        shapes: include_str!("kits/javascript/shapes.txt"),
        printing: "",
        files: files!["solution.js" = "javascript/solution.js", "adapter.js" = "javascript/adapter.js"],
        reference: solved!("javascript/solution.js"),
        by_level: &[],
    },
    Kit {
        language: "Java",
        names: &["java"],
        solution: "Solution.java",
        build: Some("javac -d out Adapter.java Solution.java"),
        run: "java -cp out Adapter",
        sources: &["java"],
        shapes: include_str!("kits/java/shapes.txt"),
        printing: "",
        files: files!["Solution.java" = "java/Solution.java", "Adapter.java" = "java/Adapter.java"],
        reference: solved!("java/Solution.java"),
        by_level: &[],
    },
    Kit {
        language: "Go",
        names: &["go", "golang"],
        solution: "solution.go",
        build: Some("go build -buildvcs=false -o solution ."),
        run: "./solution",
        sources: &["go"],
        shapes: include_str!("kits/go/shapes.txt"),
        printing: "",
        files: files![
            "solution.go" = "go/solution.go",
            "adapter.go" = "go/adapter.go",
            "go.mod" = "go/go.mod"
        ],
        reference: solved!("go/solution.go"),
        by_level: &[],
    },
    Kit {
        language: "C++",
        names: &["c++", "cpp", "cxx"],
        solution: "solution.hpp",
        build: Some("g++ -O2 -std=c++17 -o solution adapter.cpp"),
        run: "./solution",
        sources: &["hpp", "cpp", "cc", "cxx", "h"],
        shapes: include_str!("kits/cpp/shapes.txt"),
        printing: "",
        files: files!["solution.hpp" = "cpp/solution.hpp", "adapter.cpp" = "cpp/adapter.cpp"],
        reference: solved!("cpp/solution.hpp"),
        by_level: &[],
    },
    Kit {
        language: "Rust",
        names: &["rust", "rs"],
        solution: "solution.rs",
        build: Some("cargo build --release"),
        run: "./target/release/solution",
        sources: &["rs"],
        shapes: include_str!("kits/rust/shapes.txt"),
        printing: " But `println!` does: print with `eprintln!`.",
        files: files![
            "solution.rs" = "rust/solution.rs",
            "main.rs" = "rust/main.rs",
            "build.rs" = "rust/build.rs",
            // A manifest by its own name would make the folder a package of its own.
            "Cargo.toml" = "rust/manifest.toml",
        ],
        reference: solved!("rust/solution.rs"),
        by_level: &[],
    },
];

impl Kit {
    /// The kit of a language.
    ///
    /// # Errors
    /// A message that names the languages there are.
    pub fn of(language: &str) -> Result<&'static Self, String> {
        let name = language.to_lowercase();
        let kit = KITS.iter().find(|kit| kit.names.contains(&name.as_str()));
        kit.ok_or_else(|| {
            let languages: Vec<_> = KITS.iter().map(|kit| kit.names[0]).collect();
            format!("there are kits for {}", languages.join(", "))
        })
    }

    /// The kit of the language that a file is written in, by how its name ends.
    #[must_use]
    pub fn of_file(name: &Path) -> Option<&'static Self> {
        let ending = name.extension()?.to_str()?.to_lowercase();
        KITS.iter().find(|kit| kit.sources.contains(&ending.as_str()))
    }

    /// A plain solution up to a level, no longer than that level needs.
    ///
    /// # Errors
    /// Up to which level there are some, where there is none.
    pub fn plain(&self, level: u8) -> Result<String, String> {
        let parts = usize::from(level).checked_sub(1).and_then(|place| self.by_level.get(place));
        parts.map(|parts| parts.join("\n")).ok_or_else(|| match self.by_level.len() {
            0 => format!("in {} there is one solution, of all levels", self.language),
            last => {
                format!("in {} there are solutions for the levels 1 to {last}, and one of all", self.language)
            }
        })
    }

    /// What else the language is called, as the command line takes it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.names[0]
    }

    /// The program that runs a solution as it stands, and the adapter that it is given: name and text. `None` where a
    /// solution has to be built.
    #[must_use]
    pub fn adapter(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let (program, rest) = self.run.split_once(' ').filter(|_| self.build.is_none())?;
        let (name, text) = self.files.iter().find(|(name, _)| rest.split(' ').next() == Some(name))?;
        Some((program, name, text))
    }

    /// Its files, the README and `rewind.toml` among them: name and text.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, String)> {
        let files = self.files.iter().map(|(name, text)| (*name, (*text).to_owned()));
        files.chain([("README.md", self.readme()), ("rewind.toml", self.manifest())])
    }

    /// How the judge starts it.
    fn manifest(&self) -> String {
        let words: Vec<_> = self.run.split(' ').map(|word| format!("\"{word}\"")).collect();
        let build = match self.build {
            Some(build) => format!("build = \"{build}\""),
            None => "# build = \"a command that is run once before, such as a compiler\"".to_owned(),
        };
        include_str!("kits/rewind.toml").replace("{run}", &words.join(", ")).replace("{build}", &build)
    }

    /// What to do with it.
    fn readme(&self) -> String {
        include_str!("kits/README.md")
            .replace("{language}", self.language)
            .replace("{name}", self.name())
            .replace("{solution}", self.solution)
            .replace("{shapes}", self.shapes.trim_end())
            .replace("{built}", if self.build.is_some() { BUILT } else { "" })
            .replace("{printing}", self.printing)
    }
}
