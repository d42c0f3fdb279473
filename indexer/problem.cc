#include "indexer/problem.h"

namespace kwerenda {

std::string cause_name(ProblemCause cause) {
  switch (cause) {
    case ProblemCause::unreadable:
      return "nie można odczytać";
    case ProblemCause::not_found:
      return "brak pliku lub katalogu";
    case ProblemCause::not_regular:
      return "nie jest zwykłym plikiem";
    case ProblemCause::too_large:
      return "przekroczony limit rozmiaru";
    case ProblemCause::empty:
      return "brak tekstu";
    case ProblemCause::not_text:
      return "bajt NUL (plik binarny?)";
    case ProblemCause::bad_encoding:
      return "nieznane kodowanie znaków";
    case ProblemCause::bad_json:
      return "niepoprawny JSON";
    case ProblemCause::bad_record:
      return "rekord bez wymaganych pól";
    case ProblemCause::unknown_format:
      return "nieznany rodzaj pliku";
    case ProblemCause::no_reports:
      return "katalog bez raportów";
    case ProblemCause::not_indexed:
      return "raport odrzucony przez indeks";
    case ProblemCause::link:
      return "dowiązanie symboliczne (pominięte)";
    case ProblemCause::duplicate_id:
      return "powtórzony identyfikator (obowiązuje ostatni)";
    case ProblemCause::legacy_charset:
      return "odczytano z innego kodowania niż UTF-8";
  }
  return "inna przyczyna";
}

std::string to_line(const Problem& problem) { return problem.where + ": " + problem.detail; }

}  // namespace kwerenda
