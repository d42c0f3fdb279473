#include "indexer/problem.h"

#include "analysis/message.h"

namespace kwerenda {

std::string cause_name(ProblemCause cause) {
  switch (cause) {
    case ProblemCause::unreadable:
      return message("nie można odczytać", "cannot be read");
    case ProblemCause::not_found:
      return message("brak pliku lub katalogu", "no such file or directory");
    case ProblemCause::not_regular:
      return message("nie jest zwykłym plikiem", "not a regular file");
    case ProblemCause::too_large:
      return message("przekroczony limit rozmiaru", "too large");
    case ProblemCause::empty:
      return message("brak tekstu", "no text");
    case ProblemCause::not_text:
      return message("bajt NUL (plik binarny?)", "a NUL byte (a binary file?)");
    case ProblemCause::bad_encoding:
      return message("nieznane kodowanie znaków", "unknown character encoding");
    case ProblemCause::bad_json:
      return message("niepoprawny JSON", "invalid JSON");
    case ProblemCause::bad_record:
      return message("rekord bez wymaganych pól", "a record without the fields required");
    case ProblemCause::unknown_format:
      return message("nieznany rodzaj pliku", "unknown kind of file");
    case ProblemCause::no_reports:
      return message("katalog bez raportów", "a directory without reports");
    case ProblemCause::not_indexed:
      return message("raport odrzucony przez indeks", "a report refused by the index");
    case ProblemCause::link:
      return message("dowiązanie symboliczne (pominięte)", "a symbolic link (left out)");
    case ProblemCause::duplicate_id:
      return message("powtórzony identyfikator (obowiązuje ostatni)",
                     "a repeated identifier (the last one counts)");
    case ProblemCause::legacy_charset:
      return message("odczytano z innego kodowania niż UTF-8", "read from another encoding than UTF-8");
  }
  return message("inna przyczyna", "another cause");
}

std::string to_line(const Problem& problem) { return problem.where + ": " + problem.detail; }

}  // namespace kwerenda
