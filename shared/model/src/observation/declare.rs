//! What a list of facts ([`super::facts`]) stands for: the question, the table its answers are kept in, and how a rule asks.

/// Declares the halves of an observation. A line is `table: Question(key: Key) => Value`; see [`super::facts`].
macro_rules! facts {
    ($d:tt $(
        $(#[$about:meta])*
        $half:ident: $Facts:ident, asked as $Asked:ident, every table by $every_table:ident {
            $(
                $(#[$doc:meta])*
                $table:ident: $Question:ident $( ( $key:ident: $Key:ty ) )?
                    $( { $by:ident: $By:ty, $by_key:ident: $ByKey:ty } )? => $value:tt;
            )*
        }
    )*) => {
        /// One thing that can be read. Many of a kind are fetched in one call.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the fields are named after what they are")]
        pub enum Question {
            $($(
                $(#[$doc])*
                $Question $( ($Key) )? $( { $by: $By, $by_key: $ByKey } )?,
            )*)*
        }

        $(
            $(#[$about])*
            #[derive(Debug, Clone, Default, PartialEq, Eq)]
            pub struct $Facts {
                $( $(#[$doc])* pub $table: Table<key!($($Key)? $($ByKey)?), value!($value)>, )*
            }

            impl $Facts {
                /// Everything that could not be read.
                pub(super) fn unread(&self) -> Vec<&Unread> {
                    let mut all = Vec::new();
                    $( all.extend(self.$table.all_unread().map(|(_, unread)| unread)); )*
                    all
                }

                /// Forgets one answer, if it is of this half.
                pub(super) fn forget(&mut self, question: &Question) {
                    match question {
                        $( Question::$Question $( ($key) )? $( { $by_key, .. } )? => {
                            self.$table.forget(by_key!($($key)? $($by_key)?));
                        } )*
                        _ => {}
                    }
                }

                /// Notes that a question could not be answered, if it is of this half.
                pub fn leave_unread(&mut self, question: &Question, unread: Unread) {
                    match question {
                        $( Question::$Question $( ($key) )? $( { $by_key, .. } )? => {
                            self.$table.insert(by_key!($($key)? $($by_key)?).clone(), Answer::Unread(unread));
                        } )*
                        _ => {}
                    }
                }
            }

            /// Questions of this half, by table.
            #[derive(Debug, Default)]
            #[expect(missing_docs, reason = "named after the tables")]
            pub struct $Asked {
                $( pub $table: Vec<asked_type!($($Key)? $($By, $ByKey)?)>, )*
            }

            impl $Asked {
                /// Those of the questions that are of this half.
                #[must_use]
                pub fn of<'q>(questions: impl IntoIterator<Item = &'q Question>) -> Self {
                    let mut asked = Self::default();
                    for question in questions {
                        match question.clone() {
                            $( Question::$Question $( ($key) )? $( { $by, $by_key } )? => {
                                asked.$table.push(asked!($($key)? $($by $by_key)?));
                            } )*
                            _ => {}
                        }
                    }
                    asked
                }
            }

            $(
                impl Fact for Table<key!($($Key)? $($ByKey)?), value!($value)> {
                    type Key = key!($($Key)? $($ByKey)?);
                    type Value = value!($value);
                    type Asked = asked_type!($($Key)? $($By, $ByKey)?);
                    type Half = $Facts;

                    fn of(facts: &Self::Half) -> &Self {
                        &facts.$table
                    }

                    fn of_mut(facts: &mut Self::Half) -> &mut Self {
                        &mut facts.$table
                    }

                    fn key(asked: &Self::Asked) -> &Self::Key {
                        key_of!(asked $($by_key)?)
                    }

                    fn question(asked: Self::Asked) -> Question {
                        let asked!($($key)? $($by $by_key)?) = asked;
                        Question::$Question $( ($key) )? $( { $by, $by_key } )?
                    }
                }

                impl<'a> Lookup<'a> {
                    lookup! {
                        $value
                        $(#[$doc])*
                        $half $table ($($key: $Key)? $($by: $By, $by_key: $ByKey)?)
                        by_key!($($key)? $($by_key)?);
                        Question::$Question $( ($key.clone()) )?
                            $( { $by: $by.clone(), $by_key: $by_key.clone() } )?
                    }
                }
            )*

            /// Calls a macro with the names of the tables of this half.
            #[macro_export]
            macro_rules! $every_table {
                ($d with:ident) => {
                    $d with! { $($table)* }
                };
            }
        )*
    };
}

/// What is kept of an answer: `Cluster`, `[ClusterArn]` (a list, empty where there is none), `(may be [Listener])` (a list that
/// may be none), any of those that [`Lookup`](super::Lookup) has a method of its own for: `(own Task)`, and what may be answered
/// from what is remembered: `(steady TaskDefinition)`, `(steady may be [Listener])`.
macro_rules! value {
    ((own $value:tt)) => { value!($value) };
    ((steady may be [$Item:ty])) => { Vec<$Item> };
    ((steady $Value:ty)) => { $Value };
    ((may be [$Item:ty])) => { Vec<$Item> };
    ([$Item:ty]) => { Vec<$Item> };
    ($Value:ty) => { $Value };
}

/// How a rule asks.
macro_rules! lookup {
    ((own $value:tt) $($_:tt)*) => {};
    ((steady may be [$Item:ty]) $(#[$doc:meta])* $half:ident $table:ident ($($key:ident: $Key:ty),*) $by:expr; $question:expr) => {
        $(#[$doc])*
        /// `None` if what it is of is gone.
        pub fn $table(&self $(, $key: &$Key)*) -> Result<Option<&'a [$Item]>, Gap<'a>> {
            Ok(self.ask_steady(self.observation().$half.$table.get($by), || $question)?.map(Vec::as_slice))
        }
    };
    ((steady $Value:ident) $(#[$doc:meta])* $half:ident $table:ident ($($key:ident: $Key:ty),*) $by:expr; $question:expr) => {
        $(#[$doc])*
        /// `None` if there is none.
        pub fn $table(&self $(, $key: &$Key)*) -> Result<Option<&'a $Value>, Gap<'a>> {
            self.ask_steady(self.observation().$half.$table.get($by), || $question)
        }
    };
    ((may be [$Item:ty]) $(#[$doc:meta])* $half:ident $table:ident ($($key:ident: $Key:ty),*) $by:expr; $question:expr) => {
        $(#[$doc])*
        /// `None` if what it is of is gone.
        pub fn $table(&self $(, $key: &$Key)*) -> Result<Option<&'a [$Item]>, Gap<'a>> {
            Ok(self.ask(self.observation().$half.$table.get($by), || $question)?.map(Vec::as_slice))
        }
    };
    ([$Item:ty] $(#[$doc:meta])* $half:ident $table:ident ($($key:ident: $Key:ty),*) $by:expr; $question:expr) => {
        $(#[$doc])*
        pub fn $table(&self $(, $key: &$Key)*) -> Result<&'a [$Item], Gap<'a>> {
            self.list(self.observation().$half.$table.get($by), || $question)
        }
    };
    ($Value:ident $(#[$doc:meta])* $half:ident $table:ident ($($key:ident: $Key:ty),*) $by:expr; $question:expr) => {
        $(#[$doc])*
        /// `None` if there is none.
        pub fn $table(&self $(, $key: &$Key)*) -> Result<Option<&'a $Value>, Gap<'a>> {
            self.ask(self.observation().$half.$table.get($by), || $question)
        }
    };
}

/// The key's type.
macro_rules! key {
    () => {
        All
    };
    ($Key:ty) => {
        $Key
    };
}

/// The key, in a function that asks for it.
macro_rules! by_key {
    () => {
        &All
    };
    ($key:ident) => {
        $key
    };
}

/// The key, of what is asked about.
macro_rules! key_of {
    ($asked:ident) => {
        $asked
    };
    ($asked:ident $_:ident) => {
        &$asked.1
    };
}

/// The type of what is asked about: the key, after what the call needs besides.
macro_rules! asked_type {
    () => {
        All
    };
    ($Key:ty) => {
        $Key
    };
    ($By:ty, $Key:ty) => {
        ($By, $Key)
    };
}

/// What is asked about.
macro_rules! asked {
    () => {
        All
    };
    ($key:ident) => {
        $key
    };
    ($by:ident $key:ident) => {
        ($by, $key)
    };
}
